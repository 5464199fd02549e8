import { configuredTemporal } from '../temporal/settings.ts';
import { findProject } from '../runtime/project.ts';
import { configuredDatabase } from '../runtime/store-url.ts';
import { announcedApi } from './addresses.ts';

interface Status {
  project: string;
  /** Null when no API of this project runs. */
  api: string | null;
  /** Null when no Temporal address is configured and the embedded server does not run. */
  temporal: { address: string; namespace: string; ui: string | null } | null;
  /** Without its password; null when none is configured and the embedded Postgres has not been needed yet. */
  database: string | null;
}

export async function status({ json }: { json?: boolean }): Promise<void> {
  const { name, dataDir } = findProject();
  const found: Status = {
    project: name,
    api: announcedApi(dataDir) ?? null,
    temporal: await findTemporal(dataDir),
    database: await findDatabase(dataDir),
  };
  process.stdout.write(json ? `${JSON.stringify(found)}\n` : describe(found));
}

async function findTemporal(dataDir: string): Promise<Status['temporal']> {
  const configured = configuredTemporal();
  if (configured) {
    const { connectionOptions, namespace, ui } = configured;
    return { address: connectionOptions.address ?? '', namespace, ui };
  }
  const { runningEmbedded } = await import('../embedded/index.ts');
  return runningEmbedded(dataDir)?.temporal ?? null;
}

async function findDatabase(dataDir: string): Promise<string | null> {
  const configured = configuredDatabase();
  if (configured !== undefined) return withoutPassword(configured);
  const { runningEmbedded } = await import('../embedded/index.ts');
  return runningEmbedded(dataDir)?.postgres?.url ?? null;
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  // A parameter may hold one too.
  shown.search = '';
  return shown.href;
}

function describe({ project, api, temporal, database }: Status): string {
  const rows = [
    ['Project', project],
    ['API', api ?? 'not running; start it with `npm start` or `do-sdk dev`'],
    ['Temporal', temporal ? `${temporal.address} (namespace ${temporal.namespace})` : 'not running'],
    ['Temporal UI', temporal?.ui ?? 'not known'],
    ['Database', database ?? 'not running; it starts when it is needed'],
  ];
  return rows.map(([label, value]) => `${label!.padEnd(12)} ${value}\n`).join('');
}
