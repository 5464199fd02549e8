import { Workflow } from '@do-sdk/core';
import { gone } from './gone.ts';
import type { Missing } from './missing.ts';
import { rate, type Rate, Shape } from './lib.js';
import { tax } from './folder';
import rates from './rates.json' with { type: 'json' };

export const order = new Workflow({
  name: 'order.place',
  handler: async (shape: Shape | Rate | Missing) => [rate, tax, rates, shape],
});

gone();
