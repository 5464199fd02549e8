import type { Command } from 'commander';
import type { CreateOptions } from './create.ts';

interface Json {
  json?: boolean;
}

const JSON_FLAG = ['--json', 'for programs: JSON on standard output'] as const;

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('API keys, kept in the database as digests');
  keys
    .command('create')
    .description('make a key and print it, this once')
    .requiredOption('--name <name>', 'the caller it stands for, as stamped on invocations')
    .option('--expires <duration>', 'from now, such as 90d (default: never)')
    .option(...JSON_FLAG)
    .action(async (options: CreateOptions) => (await import('./create.ts')).create(options));
  keys
    .command('list')
    .description('all keys, newest first, without their secrets')
    .option(...JSON_FLAG)
    .action(async (options: Json) => (await import('./list.ts')).list(options));
  keys
    .command('revoke')
    .description('refuse a key from the next request on')
    .argument('<id>', 'of the key')
    .option(...JSON_FLAG)
    .action(async (id: string, options: Json) => (await import('./revoke.ts')).revoke(id, options));
}
