import type { Command } from 'commander';
import type { CreateOptions } from './create.ts';
import type { RotateOptions } from './rotate.ts';

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
    .option(
      '--scope <scope...>',
      'what it may: invoke:email.*, read:*, operate, admin (default: invoke:* read:*)',
    )
    .option('--tenant <tenant>', 'whose invocations it sees (default: default)')
    .option('--expires <duration>', 'from now, such as 90d (default: never)')
    .option(...JSON_FLAG)
    .action(async (options: CreateOptions) => (await import('./create.ts')).create(options));
  keys
    .command('list')
    .description('all keys, newest first, without their secrets')
    .option(...JSON_FLAG)
    .action(async (options: Json) => (await import('./list.ts')).list(options));
  keys
    .command('rotate')
    .description('make a key that takes over from another one')
    .argument('<id>', 'of the old key')
    .option('--overlap <duration>', 'for how long the old one goes on; 0: not at all', '1h')
    .option('--expires <duration>', 'from now (default: as long as the old one was made for)')
    .option(...JSON_FLAG)
    .action(async (id: string, options: RotateOptions) => (await import('./rotate.ts')).rotate(id, options));
  keys
    .command('revoke')
    .description('refuse a key from the next request on')
    .argument('<id>', 'of the key')
    .option(...JSON_FLAG)
    .action(async (id: string, options: Json) => (await import('./revoke.ts')).revoke(id, options));
}
