import type { InvocationMemo } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import type { Memo, Reading } from './history.ts';

/** Of a workflow that was not started through this package (by the Temporal CLI, say) only what Temporal knows. */
export function memoOf(memo: Memo | null | undefined, reading: Pick<Reading, 'decode'>): InvocationMemo {
  return (
    fieldOf<InvocationMemo>(memo, MEMO_KEY, reading) ?? { kind: 'action', version: '', caller: 'temporal' }
  );
}

/** Undefined where there is none. */
export function fieldOf<T>(
  memo: Memo | null | undefined,
  key: string,
  reading: Pick<Reading, 'decode'>,
): T | undefined {
  const payload = memo?.fields?.[key];
  return payload ? (reading.decode({ payloads: [payload] })[0] as T) : undefined;
}
