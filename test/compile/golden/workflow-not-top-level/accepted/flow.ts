import * as sdk from '@do-sdk/core';
import { Workflow as Process } from '@do-sdk/core';

export const workflows = {
  place: new Process({ name: 'order.place', handler: async () => 1 }),
  cancel: new sdk.Workflow({ name: 'order.cancel', version: '3', handler: async () => 2 }) as unknown,
};

class Workflow {}
export const other = new Workflow();
export default new Process({ name: 'order.list', handler: async () => 3 });
