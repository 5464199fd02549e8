import type { Command } from 'commander';
import type { ApproveOptions } from './approve.ts';
import type { SignalOptions } from './signal.ts';

/** What a workflow that runs can be told. */
export function addTelling(program: Command): void {
  program
    .command('signal')
    .description('send a workflow a signal; it is kept until the workflow waits for it')
    .argument('<id>', 'of the invocation')
    .argument('<name>', 'of the signal')
    .option('--input <json>', 'its payload: JSON, @file, or - for standard input (default: null)')
    .option('--key <key>', 'the same signal with the same key is delivered once')
    .option('--json', 'for programs: the invocation as JSON on standard output')
    .action(async (id: string, name: string, options: SignalOptions) =>
      (await import('./signal.ts')).signal(id, name, options),
    );
  program
    .command('approve')
    .description('decide on what a workflow asks a person: shows it and asks, where no digest is given')
    .argument('<id>', 'of the invocation')
    .argument('<name>', 'of the approval')
    .option('--reject', 'turn it down')
    .option('--digest <digest>', 'of what was seen and is decided on, without asking')
    .option('--reason <text>', 'shown in the audit')
    .option('--input <json>', 'what the workflow wants to know beside it: JSON, @file, or -')
    .option('--json', 'for programs: the invocation as JSON on standard output')
    .action(async (id: string, name: string, options: ApproveOptions) =>
      (await import('./approve.ts')).approve(id, name, options),
    );
}
