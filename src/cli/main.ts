#!/usr/bin/env node
import { CommanderError } from 'commander';
import { exitCodeOf, messageOf } from './exit.ts';
import { createProgram } from './program.ts';

// `do-sdk list | head` closes the pipe early; that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

/** An abandoned handler may still hold the process when all else has ended; its attempt is retried elsewhere. */
const LEFTOVERS_MS = 100;

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    // Commander has told its own errors already.
    if (!(error instanceof CommanderError)) process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = exitCodeOf(error);
  })
  .finally(() => setTimeout(exitOnceWritten, LEFTOVERS_MS).unref());

/** Whoever reads the output through a pipe may be slower than that, and exiting drops what is not yet written. */
function exitOnceWritten(): void {
  process.stdout.write('', () => process.exit());
}
