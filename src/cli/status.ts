import { configuredTemporal } from '../temporal/settings.ts';
import { findProject } from '../runtime/project.ts';
import { announcedApi } from './addresses.ts';

interface Status {
  project: string;
  /** Null when no API of this project runs. */
  api: string | null;
  /** Null when no Temporal address is configured and the embedded server does not run. */
  temporal: { address: string; namespace: string; ui: string | null } | null;
}

export async function status({ json }: { json?: boolean }): Promise<void> {
  const { name, dataDir } = findProject();
  const found: Status = {
    project: name,
    api: announcedApi(dataDir) ?? null,
    temporal: await findTemporal(dataDir),
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

function describe({ project, api, temporal }: Status): string {
  const rows = [
    ['Project', project],
    ['API', api ?? 'not running; start it with `npm start` or `do-sdk dev`'],
    ['Temporal', temporal ? `${temporal.address} (namespace ${temporal.namespace})` : 'not running'],
    ['Temporal UI', temporal?.ui ?? 'not known'],
  ];
  return rows.map(([label, value]) => `${label!.padEnd(12)} ${value}\n`).join('');
}
