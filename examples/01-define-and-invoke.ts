import { Action, client } from '@do-sdk/core';
import { db } from './support/db.ts';
import { email } from './support/email.ts';

// Define an atomic action as code
const sendWelcomeEmail = new Action({
  name: 'send-welcome-email',
  handler: async (inputs: { userId: string }) => {
    const user = await db.users.find(inputs.userId);
    if (!user) {
      throw new Error('User not found.');
    }
    await email.send({
      to: user.email,
      subject: 'Welcome to .do!',
      body: `Hi ${user.name}, welcome aboard!`,
    });
    return { success: true, messageId: '...' };
  },
});

// Execute the action via the SDK
const result = await client.action('send-welcome-email').invoke({
  userId: 'usr_12345',
});

console.log(`${sendWelcomeEmail.name}:`, result);
