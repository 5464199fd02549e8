import { Action } from '@do-sdk/core';
import { readFileSync } from 'node:fs';

export const charge = new Action({ name: 'charge.card', handler: async () => readFileSync('x', 'utf8') });
export const notify = new Action({ name: 'email.send', handler: async () => fetch('https://example.com') });
