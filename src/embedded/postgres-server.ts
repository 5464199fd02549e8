import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KeptServer } from './keeper.ts';
import type { Layout } from './layout.ts';
import { logTail, rotateLog } from './log-file.ts';
import { saysReady } from './postgres-pid.ts';
import { takesConnections } from './postgres-probe.ts';
import type { PostgresPrograms } from './postgres-programs.ts';
import type { RunAs } from './postgres-user.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { spawnServer, type StopSteps } from './server-process.ts';

/** Of the server's only user and of the database. */
export const OWNER = 'do';
/** After a crash it first replays what its log holds. */
const READY_WITHIN = 120_000;

/** In order; without asking its clients and without a checkpoint; at once. What was committed survives all three. */
export const POSTGRES_STOP_STEPS: StopSteps = [
  ['SIGINT', 1_500],
  ['SIGQUIT', 500],
  ['SIGKILL', 0],
];

export interface PostgresServer extends KeptServer {
  identity: ProcessIdentity | undefined;
}

export interface Installed {
  layout: Layout;
  programs: PostgresPrograms;
  runAs: RunAs;
}

export function startPostgres({ layout, programs, runAs }: Installed, port: number): PostgresServer {
  rotateLog(layout.postgresLog);
  const { pid, identity, ended, stop } = spawnServer({
    ...runAs.command(programs.postgres, serverArguments(layout, port)),
    cwd: layout.root,
    env: postgresEnvironment(),
    log: layout.postgresLog,
    stopSteps: POSTGRES_STOP_STEPS,
    ...(runAs.user ? { user: runAs.user } : {}),
  });
  const ready = untilServing(port, pid, ended, layout);
  // Whoever stops a server before it was ready no longer listens to this.
  ready.catch(() => undefined);
  return { ready, ended, identity, stop };
}

export const dataOf = (layout: Layout): string => join(layout.postgres, 'data');

// Only what the data directory's own postgresql.conf must not change; the rest is the user's to tune there.
function serverArguments(layout: Layout, port: number): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    logging_collector: 'off',
    fsync: 'on',
    full_page_writes: 'on',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', dataOf(layout), '-p', String(port), ...flags];
}

// PG* of the user's shell speak of some other server; the locale and the time zone would differ between users.
export function postgresEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

async function untilServing(
  port: number,
  pid: number | undefined,
  ended: Promise<string>,
  layout: Layout,
): Promise<void> {
  let how: string | undefined;
  void ended.then((reason) => (how = reason));
  const file = join(dataOf(layout), 'postmaster.pid');
  const deadline = performance.now() + READY_WITHIN;
  while (how === undefined && performance.now() < deadline) {
    if (saysReady(file, pid) && (await takesConnections(port, OWNER, OWNER))) return;
    await delay(10);
  }
  how ??= `it was not ready on port ${port} within ${READY_WITHIN / 1000} s`;
  throw new Error(`The Postgres server did not start: ${how}. ${lastPostgresLines(layout)}`);
}

export function lastPostgresLines(layout: Layout): string {
  return `Last lines of ${layout.postgresLog}:\n${logTail(layout.postgresLog) || '(empty)'}`;
}

/** Without the password; it is in the data directory's file `password`. */
export const postgresUrl = (port: number, password?: string): string =>
  `postgres://${OWNER}${password === undefined ? '' : `:${password}`}@127.0.0.1:${port}/${OWNER}`;
