import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A pid alone may be somebody else's by now; together with the time of its start it names one process for ever. */
export interface ProcessIdentity {
  pid: number;
  started: string;
}

/** Undefined when there is no such process, also for one that has ended but was not yet reaped by its parent. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.started === identity.started;
}

/** Signals the process only while it is still the one that was meant. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') return startOnLinux(pid);
  if (!exists(pid)) return undefined;
  if (process.platform === 'win32') {
    const script = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
    return outputOf('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script]);
  }
  const line = outputOf('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
  const match = /^(\S+)\s+(.*)$/.exec(line ?? '');
  return match && !match[1]?.startsWith('Z') ? match[2] : undefined;
}

// Spares a command for the usual case of a pid that nobody has.
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command's name, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${bootId()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

// Start times count from the boot, so that after a power cut another process may have the same pid and time.
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function outputOf(command: string, args: string[]): string | undefined {
  // lstart follows locale and time zone: without fixing both, two processes would name the same start differently.
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const run = spawnSync(command, args, { encoding: 'utf8', env, timeout: 10_000, windowsHide: true });
  return run.status === 0 ? run.stdout.trim() || undefined : undefined;
}
