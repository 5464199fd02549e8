import { createKey, listKeys } from '../../store/keys.ts';
import { readDuration } from '../duration-option.ts';
import { UsageError } from '../usage-error.ts';
import { withStore } from './store.ts';

export interface CreateOptions {
  name: string;
  expires?: string;
  json?: boolean;
}

/** It is part of workflow ids and of every invocation of its caller. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export async function create({ name, expires, json }: CreateOptions): Promise<void> {
  if (!NAME.test(name)) {
    throw new UsageError(
      `Expected --name to be 1 to 64 letters, digits, dots, dashes or underscores, got ${JSON.stringify(name)}.`,
    );
  }
  const expiresInMs = readDuration(expires, '--expires') ?? null;
  const [made, others] = await withStore(async (store) => {
    const made = await createKey(store, { name, expiresInMs });
    return [made, await listKeys(store)];
  });
  // Standard output is the key alone, so that it can be piped to where secrets are kept.
  process.stdout.write(json ? `${JSON.stringify(made)}\n` : `${made.key}\n`);
  if (json) return;
  const until = made.expiresAt ? `valid until ${made.expiresAt}` : 'valid until it is revoked';
  process.stderr.write(
    `Key ${made.id} of ${name}, ${until}. It is shown this once; only its digest is kept.\n`,
  );
  const sharing = others.filter(
    ({ id, ...other }) => other.name === name && other.state === 'valid' && id !== made.id,
  );
  if (sharing.length === 0) return;
  const ids = sharing.map(({ id }) => id).join(', ');
  process.stderr.write(
    `${name} has other valid keys, which are the same caller: ${ids}. Revoke what it replaces.\n`,
  );
}
