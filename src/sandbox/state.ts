import { DoError } from '../core/errors.ts';
import { checkJson } from '../core/validate.ts';
import { bytesOf } from './size.ts';

/** It is in one memo with the open approvals, which Temporal refuses above 2 MiB, and with it the task, for ever. */
const MOST_BYTES = 512 * 1024;

/** What `ctx.set` is given, as JSON. */
export function checkState(state: unknown, workflow: string): unknown {
  const plain = checkJson(state, 'output', `${workflow}, the state of its ctx.set`);
  if (bytesOf(plain) <= MOST_BYTES) return plain;
  throw new DoError(
    'OUTPUT_INVALID',
    `The state that ctx.set of "${workflow}" was given is larger than 512 KiB; it is what is shown of a running workflow. Store the rest elsewhere and pass a reference.`,
  );
}
