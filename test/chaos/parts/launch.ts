import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Guard } from './guard.ts';
import type { Life } from './part.ts';

export interface Program {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  log: string;
  uid?: number | undefined;
  /** Asked every 50 ms until it says true. */
  isReady: () => Promise<boolean>;
}

const READY_LIMIT_MS = 30_000;

/** Starts a program with its output in a file, watched by the guard. */
export function launch(guard: Guard, program: Program): Life {
  const log = openSync(program.log, 'a');
  const child = spawn(program.command, program.args, {
    cwd: program.cwd,
    env: program.env,
    detached: true,
    stdio: ['ignore', log, log],
    ...(program.uid !== undefined && { uid: program.uid, gid: program.uid }),
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  guard.watch(child.pid, ended);
  return { pid: child.pid ?? 0, ended, ready: untilReady(program, ended) };
}

async function untilReady({ isReady, command, args, log }: Program, ended: Promise<string>): Promise<void> {
  let how: string | undefined;
  void ended.then((reason) => (how = reason));
  const deadline = performance.now() + READY_LIMIT_MS;
  while (how === undefined && performance.now() < deadline) {
    if (await isReady().catch(() => false)) return;
    await delay(50);
  }
  throw new Error(`${command} ${args.join(' ')} did not get ready: ${how ?? 'too slow'}; see ${log}`);
}

/** Something accepts connections there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
