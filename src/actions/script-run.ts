import { z } from 'zod';
import { Action } from '../index.ts';
import { environmentOf } from './script/environment.ts';
import { programOf } from './script/programs.ts';
import { runProgram } from './script/run-program.ts';
import { withWorkspace } from './script/workspace.ts';

/** The system takes 128 KiB for one, and a character may be three bytes long. */
const MAX_ARGUMENT = 40_000;
const NO_NUL = /^[^\0]*$/;
const text = z.string().max(MAX_ARGUMENT).regex(NO_NUL, 'Expected text without NUL');

const input = z.strictObject({
  program: z
    .string()
    .regex(
      /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}$/,
      'Expected the name of a program, not a path or a command line',
    )
    .describe('One of the names that SCRIPT_ALLOW of the worker lists'),
  args: z
    .array(text)
    .max(500)
    .default([])
    .describe('Given to the program as they are: no shell reads them, so there is nothing to quote'),
  stdin: z.string().max(500_000).optional(),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/), text)
    .optional()
    .describe('Only names that SCRIPT_ENV of the worker lists'),
  timeoutSeconds: z.int().min(1).max(540).default(60).describe('After which the program is killed'),
});

const output = z.object({
  stdout: z.string().describe('The first 128 KiB of it'),
  stderr: z.string().describe('The last 16 KiB of it'),
  isStdoutCut: z.boolean(),
  isStderrCut: z.boolean(),
});

/**
 * Runs one program that the worker's operator has listed, in a process group that ends with the attempt. It is tried
 * once: nobody knows what a program that was cut off has done, nor whether it may do it again.
 */
export const scriptRun = new Action({
  name: 'script.run',
  description:
    'Runs a program that SCRIPT_ALLOW of the worker lists, without a shell, in an empty folder of its own, with the rights of the worker. Tried once; fails on any exit code but 0.',
  input,
  output,
  retry: { maximumAttempts: 1 },
  timeout: '10m',
  isolate: true,
  handler: async ({ program, args, stdin, env, timeoutSeconds }, ctx) => {
    const file = await programOf(program, process.env.SCRIPT_ALLOW);
    return await withWorkspace((folder) =>
      runProgram(
        { name: program, file, args, stdin, folder },
        environmentOf({ given: env ?? {}, folder, token: ctx.idempotencyKey }),
        { timeoutMs: timeoutSeconds * 1_000, signal: ctx.signal },
      ),
    );
  },
});
