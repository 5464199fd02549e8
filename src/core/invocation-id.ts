import { DoError } from './errors.ts';

const PREFIX = 'inv_';
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const RUN_ID_BYTES = 16;

export interface Execution {
  workflowId: string;
  firstRunId: string;
}

/**
 * An invocation's id names the run beside the workflow id, since after a failure the same workflow id may run again.
 * It is self-contained, so that reading by id needs no store and never lags. Also in the sandbox, which has no Buffer.
 */
export function invocationIdOf({ workflowId, firstRunId }: Execution): string {
  const run = firstRunId.replaceAll('-', '');
  const id = new TextEncoder().encode(workflowId);
  const length = Math.floor(run.length / 2);
  const bytes = new Uint8Array(length + id.length);
  for (let at = 0; at < length; at++) bytes[at] = parseInt(run.slice(2 * at, 2 * at + 2), 16);
  bytes.set(id, length);
  return PREFIX + base64url(bytes);
}

/** What an id names; undefined when it is none. Base64 has several spellings of the same bytes; only ours is an id. */
export function executionIn(invocationId: string): Execution | undefined {
  if (!invocationId.startsWith(PREFIX)) return undefined;
  const bytes = fromBase64url(invocationId.slice(PREFIX.length));
  if (!bytes || bytes.length <= RUN_ID_BYTES) return undefined;
  const run = [...bytes.subarray(0, RUN_ID_BYTES)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const execution = {
    firstRunId: run.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    workflowId: new TextDecoder().decode(bytes.subarray(RUN_ID_BYTES)),
  };
  return invocationIdOf(execution) === invocationId ? execution : undefined;
}

export const invocationNotFound = (id: string): DoError =>
  new DoError(
    'INVOCATION_NOT_FOUND',
    `There is no invocation "${id.slice(0, 64)}". Ids come from start(), run() or a listing; records are kept as long as the namespace's retention.`,
  );

/** Without padding. */
export function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = Math.min(3, bytes.length - at) + 1;
    for (let digit = 0; digit < digits; digit++) text += DIGITS[(bits >> (18 - 6 * digit)) & 63];
  }
  return text;
}

function fromBase64url(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  for (let at = 0, length = 0; at < text.length; at++) {
    const digit = DIGITS.indexOf(text[at]!);
    if (digit < 0) return undefined;
    bits = ((bits << 6) | digit) & 0xff_ff_ff;
    if (at % 4 !== 0) bytes[length++] = (bits >> (6 - 2 * (at % 4))) & 255;
  }
  return bytes;
}
