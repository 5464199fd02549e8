#!/usr/bin/env node
import { Command } from 'commander';
import { isDoError } from '../core/errors.ts';

const program = new Command('do-sdk').description('Atomic Actions on Temporal.');

program
  .command('dev')
  .description(
    'everything in one process: worker, HTTP API and, unless TEMPORAL_ADDRESS is set, the embedded servers',
  )
  .action(async () => (await import('./dev.ts')).dev());

program
  .command('worker')
  .description("runs the handlers of the built-in actions and of the project's src/actions and src/workflows")
  .action(async () => (await import('./worker.ts')).worker());

program
  .command('status')
  .description('where the API and Temporal of this project are')
  .option('--json', 'for programs')
  .action(async (options: { json?: boolean }) => (await import('./status.ts')).status(options));

program.parseAsync().catch((error: unknown) => {
  const known = isDoError(error);
  process.stderr.write(
    `${known ? `${error.code}: ${error.message}` : ((error as Error)?.stack ?? String(error))}\n`,
  );
  process.exitCode = 1;
});
