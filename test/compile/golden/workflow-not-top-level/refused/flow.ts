import { Workflow } from '@do-sdk/core';

const make = (name: string) => new Workflow({ name: 'order.place', handler: async () => name });
export const order = make('x');
