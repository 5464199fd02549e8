/*
 * A supervisor that was killed leaves its server behind. It must be gone before the next one starts on the same
 * database and ports. Only what is surely ours is ended: the very process on record, or one that runs on our database.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, isAlive, signalProcess, type ProcessIdentity } from './process-identity.ts';
import { runningProcesses } from './process-list.ts';

const STOP_WITHIN = 1_500;

export async function endOrphans(recorded: ProcessIdentity | undefined, database: string): Promise<number> {
  const found = [...(recorded ? [recorded] : []), ...serversOn(database)].filter(isAlive);
  const orphans = [...new Map(found.map((orphan) => [orphan.pid, orphan])).values()];
  await Promise.all(orphans.map(end));
  return orphans.length;
}

async function end(orphan: ProcessIdentity): Promise<void> {
  signalProcess(orphan, 'SIGTERM');
  const deadline = performance.now() + STOP_WITHIN;
  while (isAlive(orphan)) {
    if (performance.now() > deadline) signalProcess(orphan, 'SIGKILL');
    await delay(20);
  }
}

// For the instant between a server's start and its entry in the state file, and for a server behind a wrapper script.
function serversOn(database: string): ProcessIdentity[] {
  const servers = runningProcesses().filter(
    ({ command }) =>
      command.includes(' server start-dev ') && command.includes(` --db-filename ${database} `),
  );
  return servers.flatMap(({ pid }) => identityOf(pid) ?? []);
}
