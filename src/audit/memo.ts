import type { InvocationMemo } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import type { Memo, Reading } from './history.ts';

/** Of a workflow that was not started through this package (by the Temporal CLI, say) only what Temporal knows. */
export function memoOf(memo: Memo | null | undefined, reading: Pick<Reading, 'decode'>): InvocationMemo {
  const told = fieldOf<Partial<InvocationMemo>>(memo, MEMO_KEY, reading);
  // Encrypted with a key that is not here, it says no more than one that is not there.
  return { kind: 'action', version: '', caller: told ? 'encrypted' : 'temporal', ...readable(told) };
}

const readable = (told: Partial<InvocationMemo> | undefined): Partial<InvocationMemo> =>
  told?.kind === undefined ? {} : told;

/** Undefined where there is none. */
export function fieldOf<T>(
  memo: Memo | null | undefined,
  key: string,
  reading: Pick<Reading, 'decode'>,
): T | undefined {
  const payload = memo?.fields?.[key];
  return payload ? (reading.decode({ payloads: [payload] })[0] as T) : undefined;
}
