import type { Request } from 'express';
import { DoError } from '../core/errors.ts';
import { isIdempotencyKey } from '../core/verbs.ts';

/** A string of RFC 8941: only the quote and the backslash are escaped. */
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/** What the header may hold, for those who have to know before they send: what `readIdempotencyKey` takes, no more. */
export const IDEMPOTENCY_KEY_HEADER = /^(?:[!#-~](?:[ -~]{0,253}[!-~])?|"(?:[ !#-[\]-~]|\\["\\]){1,255}")$/;

/** The key of the `Idempotency-Key` header, bare or quoted; both spellings name the same key. */
export function readIdempotencyKey(req: Request): string | undefined {
  const values = req.headersDistinct['idempotency-key'];
  if (values === undefined) return undefined;
  if (values.length > 1) throw invalid(`it is there ${values.length} times; send it once`);
  const key = unquote(values[0]!);
  if (key === undefined) {
    throw invalid('it begins with a quote but is no quoted string; inside, write \\" for " and \\\\ for \\');
  }
  return checkIdempotencyKey(key);
}

/** A key from wherever a request has it. */
export function checkIdempotencyKey(key: unknown): string {
  if (typeof key === 'string' && isIdempotencyKey(key)) return key;
  throw invalid('expected 1 to 255 printable ASCII characters');
}

function unquote(value: string): string | undefined {
  if (!value.startsWith('"')) return value;
  return QUOTED.exec(value)?.[1]?.replace(/\\(["\\])/g, '$1');
}

const invalid = (why: string): DoError =>
  new DoError('IDEMPOTENCY_KEY_INVALID', `The idempotency key is not valid: ${why}. Nothing was executed.`);
