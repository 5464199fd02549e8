import { Workflow } from '@do-sdk/core';
import { charge } from './actions.ts';

const child = new Workflow({ name: 'order.child', handler: async () => 1 });
const router = { handler: async () => 1 };

export const order = new Workflow({
  name: 'order.place',
  handler: async () => [await router.handler(), await child.handler(null as never, null as never), await charge.invoke(null)],
});
