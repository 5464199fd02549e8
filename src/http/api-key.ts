import { createHash, timingSafeEqual } from 'node:crypto';
import type { ErrorCode } from '../core/errors.ts';
import { DoError, isDoError } from '../core/errors.ts';
import type { ApiDeps, Caller } from './deps.ts';

export interface ApiKey extends Caller {
  secret: string;
}

/** The caller of a key that is kept elsewhere; undefined when it is nobody's there. */
export type FindCaller = (bearer: string) => Promise<Caller | undefined>;

/**
 * Digests have one length, which `timingSafeEqual` demands, and every key is compared, so that the time taken tells
 * neither how much of a key was right nor which one. `findStored` is asked for what is none of `keys`.
 */
export function keyAuthenticator(
  keys: readonly ApiKey[],
  findStored: FindCaller = async () => undefined,
): ApiDeps['authenticate'] {
  const known = keys.map(({ secret, ...caller }) => ({ caller, digest: digestOf(secret) }));
  return async (bearer) => {
    const digest = digestOf(bearer);
    let caller: Caller | undefined;
    for (const key of known) if (timingSafeEqual(key.digest, digest)) caller = key.caller;
    return caller ?? (await findStored(bearer).catch(rethrow));
  };
}

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** What says nothing of where the keys are kept. */
const TOLD: readonly ErrorCode[] = ['TEMPORAL_UNAVAILABLE', 'UNAUTHORIZED', 'IDENTITY_UNAVAILABLE'];

/**
 * A key that cannot be looked up is not an unknown one: told 401, a client would throw it away. Whoever asks is not
 * known yet, so the reason, which names the database's host, is only logged.
 */
function rethrow(cause: unknown): never {
  if (isDoError(cause) && TOLD.includes(cause.code)) throw cause;
  throw new DoError(
    'STORE_UNAVAILABLE',
    'The API key cannot be looked up now. Nothing was accepted; try again.',
    { cause },
  );
}
