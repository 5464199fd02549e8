import { Workflow } from '@do-sdk/core';
import { charge } from './actions.ts';
import { pay } from './index.ts';

export const order = new Workflow({
  name: 'order.place',
  handler: async () => [await charge.invoke(null), await pay.invoke(null)],
});
