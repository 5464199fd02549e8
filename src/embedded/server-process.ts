/** A server as a process of its own: detached, its output in a file, ended in order. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openLog } from './log-file.ts';
import { identityOf, type ProcessIdentity } from './process-identity.ts';

/** Signals from mild to certain, each with the time it has to work, in ms. */
export type StopSteps = readonly (readonly [NodeJS.Signals, number])[];

export interface ServerProcess {
  pid: number | undefined;
  identity: ProcessIdentity | undefined;
  /** Resolves when the process has ended, for whatever reason, with a description of how. */
  ended: Promise<string>;
  stop(this: void): Promise<void>;
}

export interface ServerCommand {
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  log: string;
  stopSteps: StopSteps;
  /** Another user to run as; only root can. */
  user?: { uid: number; gid: number };
  /** All that the process reads from its stdin. */
  input?: string;
}

export function spawnServer({
  command,
  args,
  log: path,
  stopSteps,
  ...options
}: ServerCommand): ServerProcess {
  const log = openLog(path);
  const child = spawn(command, args, {
    // A group of its own: a wrapper script found on PATH is signalled together with the server it runs.
    detached: true,
    cwd: options.cwd,
    // A file and not a pipe: the server must outlive a supervisor that is killed, until the next one ends it in order.
    stdio: [options.input === undefined ? 'ignore' : 'pipe', log, log],
    env: options.env,
    windowsHide: true,
    ...options.user,
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  // A process that ends before it has read its input says why itself.
  child.stdin?.on('error', () => undefined).end(options.input);
  return {
    pid: child.pid,
    identity: child.pid === undefined ? undefined : identityOf(child.pid),
    ended,
    stop: () => (isOver(child) ? Promise.resolve() : endInOrder(stopSteps, sendTo(child), ended)),
  };
}

/** Sends the next signal when the one before has not ended it in its time; the last one always does. */
export async function endInOrder(
  steps: StopSteps,
  send: (signal: NodeJS.Signals) => void,
  ended: Promise<unknown>,
): Promise<void> {
  const over = ended.then(() => true);
  for (const [signal, patience] of steps) {
    send(signal);
    if (await Promise.race([over, delay(patience, false, { ref: false })])) return;
  }
  await over;
}

const isOver = (child: ChildProcess) =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

// Safe while the child was not reaped by us: until then its pid, and so its group's number, cannot be given away.
const sendTo = (child: ChildProcess) => (signal: NodeJS.Signals) => {
  if (child.pid === undefined || isOver(child)) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};
