import { createHash, randomBytes } from 'node:crypto';

/** 64 bits of id, since it only has to be found; 256 bits of secret, so that a plain SHA-256 is enough to store. */
const KEY = /^do_([0-9a-f]{16})_[\w-]{43}$/;

/** The public part of a key; undefined for what `newKey` could not have made. */
export const idOfKey = (bearer: string): string | undefined => KEY.exec(bearer)?.[1];

/** True for what may be in the store; anything else need not be looked up. */
export const isStoredKey = (bearer: string): boolean => idOfKey(bearer) !== undefined;

export const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** A key is there this once: only its digest is stored. */
export function newKey(): { id: string; key: string; digest: Buffer } {
  const id = randomBytes(8).toString('hex');
  const key = `do_${id}_${randomBytes(32).toString('base64url')}`;
  return { id, key, digest: digestOf(key) };
}
