import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** Tells the same input from another whatever its key order or spelling: SHA-256 of the RFC 8785 form. */
export const inputHash = (input: unknown): string =>
  createHash('sha256')
    .update(canonicalize(input) ?? 'null')
    .digest('base64url');
