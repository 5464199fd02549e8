import { createHash } from 'node:crypto';
import { MemoryStore } from 'express-rate-limit';
import { isDoError } from '../../core/errors.ts';
import type { ApiDeps, Authenticate } from '../deps.ts';
import { addressOf, rateLimited } from './rate.ts';
import type { Rate } from './settings.ts';

/** Bearers that were good not long ago; more of them than a process meets at a time. */
const REMEMBERED = 5_000;

/**
 * From an address that sent too many keys that are none, no further one is looked up, so that guessing costs us nothing.
 * A key that was good is looked up all the same: whoever shares the address with the one who guesses is not locked out.
 */
export function limitFailures(authenticate: ApiDeps['authenticate'], rate: Rate | undefined): Authenticate {
  if (!rate) return authenticate;
  const store = new MemoryStore();
  store.init({ windowMs: rate.windowMs } as Parameters<MemoryStore['init']>[0]);
  const good = new Remembered();
  return async (bearer, req, res) => {
    const address = addressOf(req);
    const failures = await store.get(address);
    if (failures && failures.totalHits >= rate.limit && !good.has(bearer)) {
      const leftMs = (failures.resetTime?.getTime() ?? 0) - Date.now();
      res.setHeader('Retry-After', String(Math.max(1, Math.ceil(leftMs / 1000))));
      throw rateLimited(
        `more than ${rate.limit} keys that are none from one address in ${rate.windowMs / 1000} s`,
      );
    }
    const caller = await authenticate(bearer).catch(async (error: unknown) => {
      if (isDoError(error) && error.code === 'UNAUTHORIZED') await store.increment(address);
      throw error;
    });
    if (caller) good.add(bearer);
    else await store.increment(address);
    return caller;
  };
}

/** By their digests, so that no key stays in memory. */
class Remembered {
  readonly #digests = new Set<string>();

  add(bearer: string): void {
    const digest = digestOf(bearer);
    // Put at the end, since the first one goes when there are too many.
    this.#digests.delete(digest);
    this.#digests.add(digest);
    if (this.#digests.size <= REMEMBERED) return;
    const [oldest] = this.#digests;
    this.#digests.delete(oldest!);
  }

  has = (bearer: string): boolean => this.#digests.has(digestOf(bearer));
}

const digestOf = (bearer: string): string => createHash('sha256').update(bearer).digest('base64');
