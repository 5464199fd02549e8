/** The users table that the example assumes. */
const users = new Map([['usr_12345', { name: 'Alex', email: 'alex@example.com' }]]);

export const db = {
  users: { find: async (id: string) => users.get(id) },
};
