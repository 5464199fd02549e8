import { Workflow } from '@do-sdk/core';
import { gone } from './gone.ts';
import { rate, missing } from './lib.ts';
import whole from './lib.ts';
import star from './star.ts';

export const order = new Workflow({ name: 'order.place', handler: async () => [gone, rate, missing, whole, star] });
