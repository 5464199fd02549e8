import { callerIn, checkTenant, DEFAULT_TENANT, isCallerName } from '../../core/caller.ts';
import { checkScopes } from '../../core/scope.ts';
import type { NewApiKey } from '../../store/keys.ts';
import { createKey, listKeys } from '../../store/keys.ts';
import { readDuration } from '../duration-option.ts';
import { asUsage, UsageError } from '../usage-error.ts';
import { withStore } from './store.ts';

export interface CreateOptions {
  name: string;
  scope?: string[];
  tenant?: string;
  expires?: string;
  json?: boolean;
}

export async function create({ name, scope, tenant, expires, json }: CreateOptions): Promise<void> {
  if (!isCallerName(name)) {
    throw new UsageError(
      `Expected --name to be 1 to 64 letters, digits, dots, dashes or underscores, got ${JSON.stringify(name)}.`,
    );
  }
  const plan = {
    name,
    scopes: asUsage(() => checkScopes(scope)),
    tenant: asUsage(() => checkTenant(tenant ?? DEFAULT_TENANT)),
    expiresInMs: readDuration(expires, '--expires') ?? null,
  };
  const [made, others] = await withStore(async (store) => [
    await createKey(store, plan),
    await listKeys(store),
  ]);
  tellKey(made, json);
  if (json) return;
  const sharing = others.filter(
    (other) =>
      other.name === name && other.tenant === plan.tenant && other.state === 'valid' && other.id !== made.id,
  );
  if (sharing.length === 0) return;
  const ids = sharing.map(({ id }) => id).join(', ');
  process.stderr.write(
    `${name} has other valid keys, which are the same caller: ${ids}. Revoke what it replaces.\n`,
  );
}

/** Standard output is the key alone, so that it can be piped to where secrets are kept. */
export function tellKey(made: NewApiKey, json: boolean | undefined): void {
  process.stdout.write(json ? `${JSON.stringify(made)}\n` : `${made.key}\n`);
  if (json) return;
  const until = made.expiresAt ? `valid until ${made.expiresAt}` : 'valid until it is revoked';
  const scopes = made.scopes.join(' ');
  process.stderr.write(
    `Key ${made.id} of ${callerIn(made.tenant, made.name)}, ${until}. It is shown this once; only its digest is kept.\nScopes: ${scopes}\n`,
  );
}
