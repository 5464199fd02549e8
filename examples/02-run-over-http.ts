import { Do } from '@do-sdk/core';
import { apiKey } from './support/api-key.ts';

// Initialize the .do client with your API key
const doClient = new Do({ apiKey });

// Execute a single, atomic action like sending an email
async function sendWelcomeEmail(to: string, name: string) {
  try {
    const result = await doClient.action('email.send').run({
      to,
      subject: `Welcome to our platform, ${name}! Robustly.`,
      body: `Hi ${name},\n\nWe're thrilled to have you join us.`,
    });
    console.log('Action Succeeded:', result.id);
    return result;
  } catch (error) {
    console.error('Action Failed:', error);
  }
}

// Trigger the action
sendWelcomeEmail('new.user@example.com', 'Alex');
