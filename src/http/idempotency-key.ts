import type { Request } from 'express';
import { DoError } from '../core/errors.ts';
import { isIdempotencyKey } from '../core/verbs.ts';

/** A string of RFC 8941: only the quote and the backslash are escaped. */
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/** The key of the `Idempotency-Key` header, bare or quoted; both spellings name the same key. */
export function readIdempotencyKey(req: Request): string | undefined {
  const values = req.headersDistinct['idempotency-key'];
  if (values === undefined) return undefined;
  if (values.length > 1) throw invalid(`it is there ${values.length} times; send it once`);
  const key = unquote(values[0]!);
  if (key === undefined) {
    throw invalid('it begins with a quote but is no quoted string; inside, write \\" for " and \\\\ for \\');
  }
  if (!isIdempotencyKey(key)) throw invalid('expected 1 to 255 printable ASCII characters');
  return key;
}

function unquote(value: string): string | undefined {
  if (!value.startsWith('"')) return value;
  return QUOTED.exec(value)?.[1]?.replace(/\\(["\\])/g, '$1');
}

const invalid = (why: string): DoError =>
  new DoError(
    'IDEMPOTENCY_KEY_INVALID',
    `The \`Idempotency-Key\` header is not valid: ${why}. Nothing was executed.`,
  );
