import { readFileSync } from 'node:fs';
import type { WorkerOptions } from '@temporalio/worker';
import type { PayloadCipher } from '../temporal/codec.ts';

/** Read by `sandbox/encoded-failures.ts`. On the bundle's own first line, so that no line of it moves. */
const ENCODED_FAILURES = 'globalThis.DO_ENCODED_FAILURES = true; ';

/** A bundle as a worker is given it. */
export const bundleOf = (codePath: string, { keyId }: PayloadCipher): WorkerOptions['workflowBundle'] =>
  keyId === undefined ? { codePath } : { code: ENCODED_FAILURES + readFileSync(codePath, 'utf8') };
