import { readFileSync } from 'node:fs';
import * as path from 'path';
import { inspect, TextDecoder } from 'node:util';
import { createWorker } from '@do-sdk/core/worker';
import { Do, DoError, Workflow, type Handle } from '@do-sdk/core';
import { home } from './lib.ts';

export const order = new Workflow({
  name: 'order.place',
  handler: async () => [readFileSync('x'), path.join('a'), createWorker, home, inspect, TextDecoder, new Do(), DoError] as unknown as Handle<1>,
});
