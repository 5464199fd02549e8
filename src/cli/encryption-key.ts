import { newKey } from '../temporal/encryption-keys.ts';

/** Prints an entry for `DO_ENCRYPTION_KEYS`, which is nowhere else. */
export function encryptionKey({ id }: { id?: string }): void {
  process.stdout.write(`${newKey(id)}\n`);
}
