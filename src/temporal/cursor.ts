import { createHash } from 'node:crypto';
import type { InvocationQuery } from '../core/query.ts';
import { queryInvalid } from '../core/query.ts';

const CHECK_BYTES = 12;

/** Temporal's page token, bound to the filters: it only says where to go on, so with others it would skip at random. */
export const cursorOf = (token: Uint8Array, query: InvocationQuery): string =>
  Buffer.concat([checkOf(token, query), token]).toString('base64url');

/** The page token in the query's cursor; throws `QUERY_INVALID` when it was given for another query, or is damaged. */
export function pageTokenOf(query: InvocationQuery): Uint8Array {
  if (query.cursor === undefined) return new Uint8Array();
  const bytes = Buffer.from(query.cursor, 'base64url');
  const token = bytes.subarray(CHECK_BYTES);
  if (token.length > 0 && checkOf(token, query).equals(bytes.subarray(0, CHECK_BYTES))) return token;
  throw queryInvalid(
    'The `cursor` does not go with this list: it is damaged, or was given with other filters. Pass the `nextCursor` of the page before as it is, with the same name, kind, status, since and until, or none to begin anew.',
  );
}

/** Not against forgery, which would gain nothing: what a caller may see is looked at row by row. */
function checkOf(token: Uint8Array, { name, kind, status, since, until, within }: InvocationQuery): Buffer {
  const filters = JSON.stringify([name, kind, status, since, until, within?.tenant, within?.names]);
  return createHash('sha256').update(filters).update(token).digest().subarray(0, CHECK_BYTES);
}
