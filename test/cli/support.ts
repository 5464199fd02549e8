import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Running, TestProject } from '../e2e/support.ts';
import { ROOT, startProcess } from '../e2e/support.ts';

export const MAIN = join(ROOT, 'dist/cli/main.js');

export interface CliRun {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `do-sdk …` as a user of the project types it, to its end. */
export async function cli(
  project: TestProject,
  args: string[],
  { input = '', env = {}, reads }: { input?: string; env?: NodeJS.ProcessEnv; reads?: 'late' } = {},
): Promise<CliRun> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: project.root,
    env: { ...project.env, ...env },
  });
  const run: CliRun = { code: null, stdout: '', stderr: '' };
  const closed = once(child, 'close') as Promise<[number | null]>;
  // Until the program is done, or waits for its reader.
  if (reads === 'late') await Promise.race([closed, once(child.stdout, 'readable').then(() => delay(1_000))]);
  child.stdout.setEncoding('utf8').on('data', (chunk) => (run.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (run.stderr += String(chunk)));
  child.stdin.end(input);
  [run.code] = await closed;
  return run;
}

/** Fails as often as its input says, and tells which process ran it. */
export const JOB = `
import { setTimeout } from 'node:timers/promises';
import { Action } from '@do-sdk/core';

export const job = new Action({
  name: 'some.job',
  version: '7',
  description: 'Does some job.',
  retry: { maximumAttempts: 3, initialInterval: '300ms' },
  timeout: '90s',
  handler: async (input: { ms?: number; fail?: number }, ctx) => {
    await setTimeout(input.ms ?? 0);
    if (ctx.attempt <= (input.fail ?? 0)) throw new Error('no luck');
    return { attempt: ctx.attempt, pid: process.pid };
  },
});
`;

/** `do-sdk …` that goes on until it is told to end; ended by pid with the test at the latest. */
export const startCli = (project: TestProject, args: string[], env?: NodeJS.ProcessEnv): Running =>
  startProcess(process.execPath, [MAIN, ...args], project, env);
