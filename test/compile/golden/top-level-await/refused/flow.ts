import { Workflow } from '@do-sdk/core';

const rates = await Promise.resolve([1]);

export const order = new Workflow({ name: 'order.place', handler: async () => rates });
