import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiDeps, Caller } from './deps.ts';

export interface ApiKey {
  /** Who asks, as stamped on invocations. */
  id: string;
  secret: string;
}

/**
 * Digests have one length, which `timingSafeEqual` demands, and every key is compared, so that the time taken tells
 * neither how much of a key was right nor which one.
 */
export function keyAuthenticator(keys: readonly ApiKey[]): ApiDeps['authenticate'] {
  const known = keys.map(({ id, secret }) => ({ id, digest: digestOf(secret) }));
  return async (bearer) => {
    const digest = digestOf(bearer);
    let caller: Caller | undefined;
    for (const key of known) if (timingSafeEqual(key.digest, digest)) caller = { id: key.id };
    return caller;
  };
}

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
