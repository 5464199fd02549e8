import { Command, Option } from 'commander';
import type { BuildOptions } from './build/index.ts';
import type { DevOptions } from './dev/index.ts';
import type { InitOptions } from './init/index.ts';
import { addKeys } from './keys/commands.ts';
import type { AuditOptions } from './audit.ts';
import { addTelling } from './telling.ts';
import type { InvokeOptions } from './invoke.ts';
import type { ListOptions } from './list.ts';
import type { McpOptions } from './mcp/index.ts';
import { ownVersion } from '../runtime/own-version.ts';
import type { WorkerCommandOptions } from './worker.ts';

interface Json {
  json?: boolean;
}

const JSON_FLAG = ['--json', 'for programs: JSON on standard output'] as const;

/** The whole command line. A command's code is loaded when it runs, so that `--help` answers at once. */
export function createProgram(): Command {
  const program = new Command('do-sdk')
    .description('Atomic Actions on Temporal.')
    .version(ownVersion(), '--version', 'the version of this package')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'USAGE: ')) });
  addServing(program);
  addInvoke(program);
  addTelling(program);
  addList(program);
  addReading(program);
  addKeys(program);
  addProject(program);
  return program;
}

function addServing(program: Command): void {
  program
    .command('dev')
    .description(
      'everything at once: worker, HTTP API and, unless TEMPORAL_ADDRESS is set, the embedded servers; starts anew on change of a module under src/',
    )
    .addOption(new Option('--only <part>', 'serve one part alone').choices(['worker', 'api']))
    .action(async (options: DevOptions) => (await import('./dev/index.ts')).dev(options));
  program
    .command('worker')
    .description(
      "run the handlers of the built-in actions and of the project's src/actions and src/workflows",
    )
    .option('--shutdown-grace-time <duration>', 'for running attempts to end after SIGTERM (default: 10s)')
    .option(
      '--shutdown-force-time <duration>',
      'from SIGTERM until running attempts are abandoned and the process ends (default: grace time + 10s)',
    )
    .action(async (options: WorkerCommandOptions) => (await import('./worker.ts')).worker(options));
  program
    .command('mcp')
    .description(
      'the actions and workflows as tools of the Model Context Protocol, on standard input and output',
    )
    .option('--url <address>', 'of the API to ask (default: DO_BASE_URL, or that of this project)')
    .option('--wait <duration>', 'for an invocation to close before it is told to go on (default: 30s)')
    .action(async (options: McpOptions) => (await import('./mcp/index.ts')).mcp(options));
  program
    .command('status')
    .description('where the API and Temporal of this project are')
    .option(...JSON_FLAG)
    .action(async (options: Json) => (await import('./status.ts')).status(options));
}

function addInvoke(program: Command): void {
  program
    .command('invoke')
    .description('invoke an action or workflow, wait for it and print its output')
    .argument('<name>', 'of the action or workflow')
    .option('--input <json>', 'the input: JSON, @file, or - for standard input (default: null)')
    .option('--key <key>', 'the idempotency key: the same key and input are the same invocation')
    .option('--deadline <duration>', 'for the whole invocation, such as 90s')
    .option('--json', 'for programs: the whole invocation as JSON on standard output')
    .action(async (name: string, options: InvokeOptions) =>
      (await import('./invoke.ts')).invoke(name, options),
    );
}

function addList(program: Command): void {
  program
    .command('list')
    .description('invocations: running ones first, then by closing time, newest first')
    .option('--name <name>', 'of one action or workflow')
    .option('--kind <kind>', 'action or workflow')
    .option('--status <status>', 'running, completed, failed, cancelled, timed_out or terminated')
    .option('--code <code>', 'closed with this error code, such as COMPENSATION_FAILED')
    .option(
      '--since <time>',
      'accepted since then: 1h for an hour ago, or a time such as 2026-01-31T12:00:00Z',
    )
    .option('--until <time>', 'accepted before then, in the same ways')
    .option('--limit <number>', 'at most that many, 1 to 200 (default: 50)')
    .option('--cursor <cursor>', 'the page after the one that told this cursor')
    .option(...JSON_FLAG)
    .action(async (options: ListOptions) => (await import('./list.ts')).list(options));
}

function addReading(program: Command): void {
  program
    .command('audit')
    .description('everything on record about one invocation')
    .argument('<id>', 'of the invocation')
    .option('--follow', 'go on until it has closed')
    .option('--json', 'for programs: JSON on standard output; one entry a line with --follow')
    .action(async (id: string, options: AuditOptions) => (await import('./audit.ts')).audit(id, options));
  program
    .command('compensate')
    .description(
      'take an invocation back again whose compensation had failed, or that was ended from outside',
    )
    .argument('<id>', 'of the invocation')
    .option('--json', 'for programs: the invocation that does it as JSON on standard output')
    .action(async (id: string, options: Json) => (await import('./compensate.ts')).compensate(id, options));
  program
    .command('actions')
    .description('the actions of this project')
    .option(...JSON_FLAG)
    .action(async (options: Json) => (await import('./actions.ts')).actions(options));
  program
    .command('workflows')
    .description('the workflows of this project')
    .option(...JSON_FLAG)
    .action(async (options: Json) => (await import('./workflows.ts')).workflows(options));
}

function addProject(program: Command): void {
  program
    .command('build')
    .description(
      'compile the workflows and write the manifest of this project, and name the actions that act outside while nothing says what holds when an attempt dies half-way',
    )
    .option('--strict', 'exit with 1 when there is such an action')
    .option(
      '--replay',
      'run the build against recent invocations, and exit with 1 when one would go otherwise',
    )
    .option('--limit <number>', 'with --replay: that many of each workflow, 1 to 1000 (default: 50)')
    .option(...JSON_FLAG)
    .action(async (options: BuildOptions) => (await import('./build/index.ts')).build(options));
  program
    .command('builds')
    .description('the builds of the workflows that are kept here, and how many invocations run on each')
    .option(...JSON_FLAG)
    .action(async (options: Json) => (await import('./build/builds.ts')).builds(options));
  program
    .command('encryption-key')
    .description('print a new key for DO_ENCRYPTION_KEYS, by which payloads are encrypted')
    .option('--id <id>', 'by which it is told from other keys (default: a random one)')
    .action(async (options: { id?: string }) => (await import('./encryption-key.ts')).encryptionKey(options));
  program
    .command('init')
    .description('make a new project in this folder, which must be empty but for dotfiles')
    .option(
      '--package <spec>',
      'what to depend on instead of this version of @do-sdk/core, such as a tarball',
    )
    .action(async (options: InitOptions) => (await import('./init/index.ts')).init(options));
}
