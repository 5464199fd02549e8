import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { firstOf, lastOf } from './captured.ts';
import { failed, notStarted, timedOut } from './failure.ts';

/** Together below the 1 MiB of an output, also where each byte becomes six characters (`\u0000`). */
const STDOUT_BYTES = 128 * 1_024;
const STDERR_BYTES = 16 * 1_024;

/** What it left in the background may hold its output open for ever. */
const AFTER_EXIT_MS = 500;

export interface Program {
  name: string;
  file: string;
  args: readonly string[];
  stdin: string | undefined;
  folder: string;
}

export interface ProgramOutput {
  stdout: string;
  stderr: string;
  isStdoutCut: boolean;
  isStderrCut: boolean;
}

/**
 * Runs a program to its end. It stays in the process group of the attempt, which is ended with all that is in it: that is
 * how what the program starts is ended too. Here only the program itself is killed.
 */
export async function runProgram(
  program: Program,
  env: Record<string, string>,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<ProgramOutput> {
  signal.throwIfAborted();
  const child = start(program, env);
  const stdout = firstOf(child.stdout!, STDOUT_BYTES);
  const stderr = lastOf(child.stderr!, STDERR_BYTES);
  const limit = AbortSignal.timeout(timeoutMs);
  const kill = () => void child.kill('SIGKILL');
  const either = AbortSignal.any([signal, limit]);
  either.addEventListener('abort', kill);
  try {
    const [code, endedBy] = await endOf(child, program.name);
    signal.throwIfAborted();
    if (limit.aborted && endedBy === 'SIGKILL') throw timedOut(program.name, timeoutMs);
    if (code !== 0) throw failed(program.name, code, endedBy, stderr.text());
    const [isStdoutCut, isStderrCut] = [stdout.isCut(), stderr.isCut()];
    return { stdout: stdout.text(), stderr: stderr.text(), isStdoutCut, isStderrCut };
  } finally {
    either.removeEventListener('abort', kill);
    child.stdout!.destroy();
    child.stderr!.destroy();
  }
}

function start({ name, file, args, stdin, folder }: Program, env: Record<string, string>): ChildProcess {
  try {
    const child = spawn(file, args, {
      shell: false,
      cwd: folder,
      env,
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    // A program need not read all of it, or any.
    child.stdin?.on('error', () => undefined).end(stdin);
    return child;
  } catch (error) {
    throw notStarted(name, (error as Error).message);
  }
}

async function endOf(child: ChildProcess, name: string): Promise<[number | null, NodeJS.Signals | null]> {
  const closed = once(child, 'close').catch(() => undefined);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    await Promise.race([closed, delay(AFTER_EXIT_MS, undefined, { ref: false })]);
    return [code, signal];
  } catch (error) {
    throw notStarted(name, (error as Error).message);
  }
}
