import { readFileSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { TextEncoder } from 'node:util';
import assert, { deepEqual } from 'assert';
import { Action, Workflow } from '@do-sdk/core';
import { createWorker } from '@do-sdk/core/worker';

const read = new Action({ name: 'charge.card', handler: async () => readFileSync('x', 'utf8') });

export const order = new Workflow({
  name: 'order.place',
  handler: async (stats: Stats) => [new TextEncoder(), assert(stats), deepEqual(1, await read.invoke(null))],
});

await createWorker();
