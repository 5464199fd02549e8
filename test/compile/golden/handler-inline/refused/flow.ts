import { Workflow } from '@do-sdk/core';
import { charge } from './actions.ts';

export const order = new Workflow({
  name: 'order.place',
  handler: async (input: never, ctx: never) => [await charge.handler(input, ctx), [1].map(charge.compensate!)],
});
