import { Workflow } from '@do-sdk/core';
export const child = new Workflow({ name: 'order.child', handler: async () => 1 });
export const sibling = new Workflow({ name: 'order.sibling', handler: async () => 1 });
