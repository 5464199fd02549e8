import { Action, Workflow } from '@do-sdk/core';
import { order as again } from './other.ts';

const charge = new Action({ name: 'order.place', handler: async () => 1 });
const clash = new Workflow({ name: 'email.send', handler: async () => 1 });

export const order = new Workflow({
  name: 'order.place',
  handler: async () => [await charge.invoke(null), await again.invoke(null), await clash.invoke(null)],
});

export const refund = new Workflow({ name: 'refund.card', handler: async () => await back.invoke(null) });
const back = new Action({ name: 'refund.card', handler: async () => 1 });
