import type { HttpResponse } from './message.ts';
import { nameOf } from './message.ts';
import { unusable } from './read-body.ts';

/** Below what an output may have, which is 1 MiB; escaped, a body of control characters is six times as long. */
const MAX_OUTPUT_BYTES = 1_000_000;

/** The output itself, or an error that says why it cannot be stored: after the request it is too late for another. */
export function storable<Output>(output: Output, response: HttpResponse): Output {
  if (Buffer.byteLength(JSON.stringify(output)) <= MAX_OUTPUT_BYTES) return output;
  throw unusable(`${nameOf(response)} answered with what is more than ${MAX_OUTPUT_BYTES} bytes as JSON.`);
}
