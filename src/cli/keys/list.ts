import type { ApiKeyRecord } from '../../store/keys.ts';
import { listKeys } from '../../store/keys.ts';
import { table } from '../terminal.ts';
import { withStore } from './store.ts';

export async function list({ json }: { json?: boolean }): Promise<void> {
  const items = await withStore(listKeys);
  if (json) process.stdout.write(`${JSON.stringify({ items })}\n`);
  else process.stdout.write(table(HEADER, items.map(toRow), process.stdout));
}

const HEADER = ['ID', 'NAME', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED'];

const toRow = ({ id, name, state, createdAt, expiresAt, lastUsedAt }: ApiKeyRecord): string[] => [
  id,
  name,
  state,
  createdAt,
  expiresAt ?? 'never',
  lastUsedAt ?? 'never',
];
