import { buildsDirOf, keptBuilds } from '../../runtime/builds.ts';
import type { KeptBuild } from '../../runtime/builds.ts';
import { manifestReader } from '../../runtime/manifest.ts';
import { processSession } from '../../runtime/process-session.ts';
import type { Session } from '../../runtime/session.ts';
import { countOpenRuns } from '../../temporal/open-runs.ts';
import { buildQueue } from '../../temporal/queues.ts';
import { table } from '../terminal.ts';
import { kib } from './workflows.ts';

interface ListedBuild {
  id: string;
  isCurrent: boolean;
  open: number;
  usedAt: string;
  bytes: number;
}

/** The builds of this data directory, with how many invocations each of them still has to end. */
export async function builds({ json }: { json?: boolean }): Promise<void> {
  try {
    const items = await processSession.use(listBuilds);
    if (json) process.stdout.write(`${JSON.stringify({ items })}\n`);
    else
      process.stdout.write(
        table(['BUILD', 'CURRENT', 'RUNNING', 'LAST USED', 'SIZE'], items.map(toRow), process.stdout),
      );
  } finally {
    await processSession.closeNow();
  }
}

async function listBuilds({ temporal, project }: Session): Promise<ListedBuild[]> {
  const entries = manifestReader(project.dataDir)();
  const current = new Set(entries.map((entry) => (entry.kind === 'workflow' ? entry.build : undefined)));
  const toListed = async ({ id, usedAt, bytes }: KeptBuild): Promise<ListedBuild> => ({
    id,
    isCurrent: current.has(id),
    open: await countOpenRuns(temporal, buildQueue(project.name, id)),
    usedAt: new Date(usedAt).toISOString(),
    bytes,
  });
  return await Promise.all(keptBuilds(buildsDirOf(project)).map(toListed));
}

const toRow = ({ id, isCurrent, open, usedAt, bytes }: ListedBuild): string[] => [
  id,
  isCurrent ? 'current' : '',
  String(open),
  usedAt,
  kib(bytes),
];
