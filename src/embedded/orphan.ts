/*
 * A supervisor that was killed leaves its server behind. It must be gone before the next one starts on the same
 * database and ports. Only what is surely ours is ended: the very process on record, or one that runs on our database.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf, isAlive, signalProcess, type ProcessIdentity } from './process-identity.ts';
import { runningProcesses } from './process-list.ts';
import { endInOrder, type StopSteps } from './server-process.ts';

const STOP_STEPS: StopSteps = [
  ['SIGTERM', 1_500],
  ['SIGKILL', 0],
];

export function endOrphans(recorded: ProcessIdentity | undefined, database: string): Promise<number> {
  return endProcesses([...(recorded ? [recorded] : []), ...serversOn(database)], STOP_STEPS);
}

/** Resolves with how many there were when all of them are gone. */
export async function endProcesses(found: ProcessIdentity[], steps: StopSteps): Promise<number> {
  const living = found.filter(isAlive);
  const orphans = [...new Map(living.map((orphan) => [orphan.pid, orphan])).values()];
  await Promise.all(
    orphans.map((orphan) => endInOrder(steps, (signal) => signalProcess(orphan, signal), gone(orphan))),
  );
  return orphans.length;
}

async function gone(orphan: ProcessIdentity): Promise<void> {
  while (isAlive(orphan)) await delay(20);
}

// For the instant between a server's start and its entry in the state file, and for a server behind a wrapper script.
function serversOn(database: string): ProcessIdentity[] {
  const servers = runningProcesses().filter(
    ({ command }) =>
      command.includes(' server start-dev ') && command.includes(` --db-filename ${database} `),
  );
  return servers.flatMap(({ pid }) => identityOf(pid) ?? []);
}
