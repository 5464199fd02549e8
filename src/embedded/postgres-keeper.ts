/** Keeps the Postgres server running: same port, same data directory. */
import { keepRunning, MOST_FAST_FAILURES, type KeptServer } from './keeper.ts';
import type { Layout } from './layout.ts';
import { choosePorts, POSTGRES_PORTS } from './ports.ts';
import { ensureCluster } from './postgres-cluster.ts';
import { endPostgresOrphans } from './postgres-orphan.ts';
import { findPostgres } from './postgres-programs.ts';
import { dataOf, lastPostgresLines, postgresUrl, startPostgres, type Installed } from './postgres-server.ts';
import { chooseRunAs, preparePostgresFolder } from './postgres-user.ts';
import { readState, updateState } from './state.ts';

export interface PostgresEvents {
  onSpawn(): void;
  onReady(url: string): void;
  onProgress(message: string): void;
}

export async function keepPostgres(
  layout: Layout,
  events: PostgresEvents,
  signal: AbortSignal,
): Promise<void> {
  await endLeftPostgres(layout);
  updateState(layout.state, { postgresRunning: true });
  try {
    const installed = await install(layout);
    const password = await ensureCluster(installed, signal);
    const keeping = {
      name: 'Postgres',
      launch: () => launch(installed, events),
      onReady: (port: number) => events.onReady(postgresUrl(port, password)),
      onProgress: (message: string) => events.onProgress(message),
      givenUp: (reason: string) => givenUp(reason, layout),
    };
    await keepRunning(keeping, signal);
  } finally {
    await endLeftPostgres(layout);
  }
}

/** Ends the server that a killed supervisor has left, if it has. */
export async function endLeftPostgres(layout: Layout): Promise<void> {
  const { postgresRunning, postgres } = readState(layout.state);
  if (!postgresRunning) return;
  await endPostgresOrphans(postgres, layout);
  updateState(layout.state, { postgresRunning: false, postgres: undefined });
}

async function install(layout: Layout): Promise<Installed> {
  const user = await preparePostgresFolder(layout.postgres);
  const programs = await findPostgres(layout);
  return { layout, programs, runAs: await chooseRunAs(user, layout.postgres, programs) };
}

async function launch(
  installed: Installed,
  events: PostgresEvents,
): Promise<{ server: KeptServer; address: number }> {
  const { layout } = installed;
  const left = readState(layout.state);
  await endPostgresOrphans(left.postgres, layout);
  const ports = await choosePorts(POSTGRES_PORTS, left.ports);
  updateState(layout.state, { ports, postgres: undefined });
  const server = startPostgres(installed, ports.postgres);
  updateState(layout.state, { postgres: server.identity });
  events.onSpawn();
  return { server, address: ports.postgres };
}

function givenUp(reason: string, layout: Layout): string {
  const what = `The embedded Postgres server ended ${MOST_FAST_FAILURES} times in a row right after its start`;
  const cure = `If ${dataOf(layout)} is damaged or of another major version, move it away; what it holds is lost with it.`;
  return `${what} (${reason}). ${cure} ${lastPostgresLines(layout)}`;
}
