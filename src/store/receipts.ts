import { lateAttempt } from './outcome.ts';
import type { Store } from './store.ts';

/** One call to the outside by `ctx.once`, of one token. */
export interface ReceiptKey {
  token: string;
  name: string;
}

/** What is known of a call before it is made. */
export type Receipt =
  /** Nobody has made it. */
  | { state: 'new' }
  /** It was made, and this came of it. */
  | { state: 'done'; result: unknown }
  /** That attempt began it and recorded neither a result nor a failure: the other side may have got it or not. */
  | { state: 'unknown'; attempt: number };

export interface UnknownReceipt {
  name: string;
  /** The attempt that began the call. */
  attempt: number;
  /** When it began; RFC 3339. */
  at: string;
}

/**
 * Recorded at once and for itself: a rollback of the attempt does not take back a call to the outside. A call that an
 * earlier attempt has left is taken over. What a sealed token had begun may still be done, but nothing more is begun.
 */
const BEGIN = `
  with begun as (
    insert into do_sdk.receipts (token, name, state, attempt) select $1, $2, 'unknown', $3::int
     where not exists (select from do_sdk.outcomes where token = $1 and state = 'sealed')
    on conflict (token, name) do update
      set state = 'unknown', attempt = excluded.attempt, at = clock_timestamp() where receipts.state <> 'done'
    returning token
  ), before as (
    select state, attempt, result from do_sdk.receipts where token = $1 and name = $2
  )
  select (select count(*)::int from begun) as begun, before.* from (select) as one left join before on true`;

interface Begun {
  begun: number;
  state: 'unknown' | 'done' | 'failed' | null;
  attempt: number | null;
  result: string | null;
}

export async function beginReceipt(
  store: Store,
  { token, name, attempt }: ReceiptKey & { attempt: number },
): Promise<Receipt> {
  const [before] = await store.query<Begun>(BEGIN, [token, name, attempt]);
  if (before?.state === 'done')
    return { state: 'done', result: JSON.parse(before.result ?? 'null') as unknown };
  if (before?.begun === 0) throw lateAttempt();
  return before?.state === 'unknown'
    ? { state: 'unknown', attempt: before.attempt ?? attempt }
    : { state: 'new' };
}

/** The call was made; every later attempt gets `result`, which is JSON. */
export async function endReceipt(store: Store, key: ReceiptKey, result: unknown): Promise<void> {
  await store.query(
    `update do_sdk.receipts set state = 'done', result = $3, at = clock_timestamp()
      where token = $1 and name = $2 and state <> 'done'`,
    [key.token, key.name, JSON.stringify(result ?? null)],
  );
}

/** The call is known not to have had an effect; a later attempt makes it again. */
export async function failReceipt(store: Store, key: ReceiptKey): Promise<void> {
  await store.query(
    `update do_sdk.receipts set state = 'failed', at = clock_timestamp()
      where token = $1 and name = $2 and state = 'unknown'`,
    [key.token, key.name],
  );
}

/** The calls of a token of which nobody knows whether they were made, oldest first. */
export async function unknownReceipts(store: Store, token: string): Promise<UnknownReceipt[]> {
  const rows = await store.query<{ name: string; attempt: number; at: Date }>(
    `select name, attempt, at from do_sdk.receipts where token = $1 and state = 'unknown' order by at, name`,
    [token],
  );
  return rows.map(({ at, ...rest }) => ({ ...rest, at: at.toISOString() }));
}
