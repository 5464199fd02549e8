import { Action, Workflow } from '@do-sdk/core';

const charge = new Action({ name: 'charge.card', handler: async () => import('node:fs') });
const require = (what: string) => what;

export const order = new Workflow({
  name: 'order.place',
  handler: async () => [await charge.invoke(null), require('zod')],
});
