import { Workflow } from '@do-sdk/core';

const home = process.env.HOME;

export const order = new Workflow({
  name: 'order.place',
  handler: async () => {
    await fetch('https://example.com');
    setInterval(() => undefined, 1000);
    new WeakRef({});
    return { home, bytes: Buffer.from('x'), typo: undefinedName };
  },
});
