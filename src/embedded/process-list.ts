import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface RunningProcess {
  pid: number;
  /** The command line, arguments separated by one space. */
  command: string;
}

/** All living processes whose command line may be read. None on Windows, where this is not known without a long wait. */
export function runningProcesses(): RunningProcess[] {
  if (process.platform === 'win32') return [];
  return process.platform === 'linux' ? fromProc() : fromPs();
}

// Slim container images have no ps. A process that has ended but was not reaped has no command line any more.
function fromProc(): RunningProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ');
      return command ? [{ pid: Number(pid), command }] : [];
    } catch {
      return [];
    }
  });
}

function fromPs(): RunningProcess[] {
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,stat=,args='], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [, pid, stat, command] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid && command && !stat?.startsWith('Z') ? [{ pid: Number(pid), command: `${command} ` }] : [];
  });
}
