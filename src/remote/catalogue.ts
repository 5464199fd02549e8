import { KINDS } from '../core/kind.ts';
import type { Kind } from '../core/kind.ts';
import type { AtomicityLevel } from '../core/level.ts';
import { foreign } from './backend.ts';
import { patiently } from './patience.ts';
import { send } from './send.ts';
import type { RemoteSettings } from './settings.ts';

/** What the API tells of an action or a workflow, as far as it is needed to invoke it. */
export interface RemoteEntry {
  kind: Kind;
  name: string;
  description: string | null;
  inputSchema: object | null;
  outputSchema: object | null;
  level?: AtomicityLevel;
}

export async function readCatalogue(settings: RemoteSettings): Promise<RemoteEntry[]> {
  const lists = await Promise.all(KINDS.map((kind) => readKind(settings, kind)));
  return lists.flat();
}

async function readKind(settings: RemoteSettings, kind: Kind): Promise<RemoteEntry[]> {
  const request = { method: 'GET', path: `/v1/${kind}s` } as const;
  const { body } = await patiently(() => send(settings, request), { limitMs: 0, isRepeatable: true });
  const { items } = body as { items?: Omit<RemoteEntry, 'kind'>[] };
  if (!Array.isArray(items)) throw foreign(`list of ${kind}s`);
  return items.map((item) => ({ ...item, kind }));
}
