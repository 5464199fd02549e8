const PREFIX = 'inv_';
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export interface Execution {
  workflowId: string;
  firstRunId: string;
}

/**
 * An invocation's id names the run beside the workflow id, since after a failure the same workflow id may run again.
 * It is self-contained, so that reading by id needs no store and never lags. Also in the sandbox, which has no Buffer.
 */
export function invocationIdOf({ workflowId, firstRunId }: Execution): string {
  const run = firstRunId.replaceAll('-', '').match(/../g) ?? [];
  const bytes = [...run.map((byte) => parseInt(byte, 16)), ...new TextEncoder().encode(workflowId)];
  return PREFIX + base64url(bytes);
}

function base64url(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.slice(at, at + 3);
    const bits = (first << 16) | (second << 8) | third;
    const digits = Math.min(3, bytes.length - at) + 1;
    for (let digit = 0; digit < digits; digit++) text += DIGITS[(bits >> (18 - 6 * digit)) & 63];
  }
  return text;
}
