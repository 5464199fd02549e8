import { Workflow } from '@do-sdk/core';

export const order = new Workflow({ name: 'order.place', handler: async () => 1 });
