/** Ends what a killed supervisor or a killed postmaster left behind in the folder of Postgres. */
import { readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from './layout.ts';
import { endProcesses } from './orphan.ts';
import { postmasterPid } from './postgres-pid.ts';
import { identityOf, type ProcessIdentity } from './process-identity.ts';
import { runningProcesses, type RunningProcess } from './process-list.ts';
import { POSTGRES_STOP_STEPS } from './postgres-server.ts';

export async function endPostgresOrphans(
  recorded: ProcessIdentity | undefined,
  layout: Layout,
): Promise<number> {
  const masters = [...(recorded ? [recorded] : []), ...identitiesOf(isMaster(layout.postgres))];
  const ended = await endProcesses(masters, POSTGRES_STOP_STEPS);
  // Its children end when it does, but for one that is busy computing; until then no other can start on their memory.
  const children = await endProcesses(identitiesOf(isChild(layout.postgres)), [['SIGKILL', 0]]);
  clearStalePid(layout);
  return ended + children;
}

function identitiesOf(isOurs: (process: RunningProcess) => boolean): ProcessIdentity[] {
  return runningProcesses()
    .filter(isOurs)
    .flatMap(({ pid }) => identityOf(pid) ?? []);
}

const isMaster =
  (folder: string) =>
  ({ command }: RunningProcess) =>
    command.includes(`/bin/postgres -D ${folder}/`) || command.includes(`/bin/initdb -D ${folder}/`);

/** A child replaces its command line by what it does. */
const isChild =
  (folder: string) =>
  ({ pid, command }: RunningProcess) =>
    (command.startsWith('postgres: ') || command.includes('/bin/postgres ')) && worksIn(folder, pid);

/** All of Postgres works in its data directory. Not known outside Linux. */
function worksIn(folder: string, pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
  } catch {
    return false;
  }
}

/**
 * Postgres does not start while a process of its user lives that has the number in its pid file, even if that is another
 * program by now, nor over a file that a power cut left empty. It sees to all other cases itself.
 */
function clearStalePid({ postgres }: Layout): void {
  const file = join(postgres, 'data', 'postmaster.pid');
  const pid = postmasterPid(file);
  if (pid === undefined) return;
  const living = runningProcesses().find((process) => process.pid === pid);
  const isForeign = living !== undefined && !living.command.includes(postgres) && !worksIn(postgres, pid);
  if (Number.isNaN(pid) || isForeign) rmSync(file, { force: true });
}
