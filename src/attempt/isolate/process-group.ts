import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { MARKER } from './messages.ts';

export interface ProcessGroup {
  /** Of the process that leads it, and so the id of group and session. */
  pid: number;
  /** The value of the marker in the environment of its members. */
  marker: string;
}

const POLL_MS = 10;
/** Only a process that hangs in the kernel takes longer to die. */
const LONGEST_MS = 10_000;

/** Ends every process of the group; resolves with true once none of them can act any more. */
export async function endGroup(group: ProcessGroup): Promise<boolean> {
  const since = performance.now();
  while (killMembers(group)) {
    if (performance.now() - since > LONGEST_MS) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** True when there was something left to kill. `spared` may be killed by the caller only as the last of them. */
export function killMembers(group: ProcessGroup, spared?: number): boolean {
  if (process.platform !== 'linux') return kill(process.platform === 'win32' ? group.pid : -group.pid);
  // The group first and at once: its members cannot fork in between.
  if (spared === undefined) kill(-group.pid);
  const members = membersOf(group).filter((pid) => pid !== spared);
  for (const pid of members) kill(pid);
  return members.length > 0;
}

/** EPERM: on macOS only processes that have ended and were not reaped are left. */
function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** Those that have left the group or the session too, as long as they kept their environment. */
function membersOf({ pid, marker }: ProcessGroup): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((candidate) => {
    const stat = read(`/proc/${candidate}/stat`);
    // The second field, the command's name, may itself hold spaces and parentheses.
    const [state, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A process that has ended and was not reaped acts no more, and where nobody reaps it stays for ever.
    if (state === undefined || 'ZX'.includes(state)) return false;
    if (Number(group) === pid || Number(session) === pid) return true;
    return read(`/proc/${candidate}/environ`).split('\0').includes(`${MARKER}=${marker}`);
  });
}

/** Empty for one that has just ended, and for one of another user. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
