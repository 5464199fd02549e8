import { Workflow } from '@do-sdk/core';

export const order = new Workflow({ name: 'order.place', handler: async () => await Promise.resolve(1) });

const output = await order.invoke(null);
console.log(output);
