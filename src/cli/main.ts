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
  .finally(() => setTimeout(() => process.exit(), LEFTOVERS_MS).unref());
