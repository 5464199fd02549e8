import { createHash } from 'node:crypto';
import type { DoError } from '../core/errors.ts';
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
  const isOurs = checkOf(token, query).equals(bytes.subarray(0, CHECK_BYTES));
  if (isOurs && isPageToken(token)) return token;
  throw cursorInvalid();
}

/**
 * As stores of visibility write them, in SQL and in Elasticsearch. Temporal does not refuse a token that it cannot read but
 * tries for seconds, so what was made up must not get there; a shape that is not known yet is let through.
 */
function isPageToken(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (SQL.test(text) || ELASTICSEARCH.test(text)) return true;
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !KNOWN.test(text);
  } catch {
    return false;
  }
}

const TIME = String.raw`"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}(?:\.\d{1,9})?Z"`;
const SQL = new RegExp(`^\\{"CloseTime":${TIME},"StartTime":${TIME},"RunID":"[\\w-]{1,64}"\\}$`);
const ELASTICSEARCH = /^\{"SearchAfter":\[(?:(?:-?\d{1,19}|"[\w-]{1,64}"),?){1,4}\]\}$/;
/** One of theirs otherwise, also as Go reads it: whatever the case, or escaped. */
const KNOWN = /closetime|starttime|runid|searchafter|\\/i;

const cursorInvalid = (): DoError =>
  queryInvalid(
    'The `cursor` does not go with this list: it is damaged, or was given with other filters. Pass the `nextCursor` of the page before as it is, with the same name, kind, status, since and until, or none to begin anew.',
  );

/** Not against forgery, which would gain nothing: what a caller may see is looked at row by row. */
function checkOf(token: Uint8Array, { name, kind, status, since, until, within }: InvocationQuery): Buffer {
  const filters = JSON.stringify([name, kind, status, since, until, within?.tenant, within?.names]);
  return createHash('sha256').update(filters).update(token).digest().subarray(0, CHECK_BYTES);
}
