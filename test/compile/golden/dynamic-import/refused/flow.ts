import { Workflow } from '@do-sdk/core';
import fs = require('fs');

export const order = new Workflow({
  name: 'order.place',
  handler: async () => {
    const { rate } = await import('./rate.ts');
    return [rate, require('zod'), fs];
  },
});
