import { callerIn } from '../../core/caller.ts';
import type { ApiKeyRecord } from '../../store/keys.ts';
import { listKeys } from '../../store/keys.ts';
import { table } from '../terminal.ts';
import { withStore } from './store.ts';

export async function list({ json }: { json?: boolean }): Promise<void> {
  const items = await withStore(listKeys);
  if (json) process.stdout.write(`${JSON.stringify({ items })}\n`);
  else process.stdout.write(table(HEADER, items.map(toRow), process.stdout));
}

const HEADER = ['ID', 'CALLER', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED', 'SCOPES'];

const toRow = (key: ApiKeyRecord): string[] => [
  key.id,
  callerIn(key.tenant, key.name),
  key.state,
  key.createdAt,
  key.expiresAt ?? 'never',
  key.lastUsedAt ?? 'never',
  key.scopes.join(' '),
];
