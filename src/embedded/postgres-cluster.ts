/** The data directory of Postgres: made once, whole or not at all. */
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { dataOf, lastPostgresLines, OWNER, postgresEnvironment, type Installed } from './postgres-server.ts';
import { spawnServer } from './server-process.ts';

const STAGE = 'new-';

/** Resolves with the password. A supervisor killed at this leaves a stage behind, which the next one removes. */
export async function ensureCluster(installed: Installed, signal: AbortSignal): Promise<string> {
  const { layout } = installed;
  for (const name of readdirSync(layout.postgres)) {
    if (name.startsWith(STAGE))
      rmSync(join(layout.postgres, name), { recursive: true, force: true, maxRetries: 5 });
  }
  if (!existsSync(dataOf(layout))) await create(installed, signal);
  return readPassword(join(dataOf(layout), 'password'));
}

async function create(installed: Installed, signal: AbortSignal): Promise<void> {
  const { layout, runAs } = installed;
  const stage = join(layout.postgres, `${STAGE}${randomBytes(4).toString('hex')}`);
  const password = `${stage}.password`;
  writePassword(password, randomBytes(24).toString('hex'), runAs.user);
  await run(installed, installed.programs.initdb, initArguments(stage, password), { signal });
  const single = ['-D', stage, '-c', 'exit_on_error=on', '-c', 'log_checkpoints=off', 'postgres'];
  const sql = `CREATE DATABASE "${OWNER}"\n`;
  await run(installed, installed.programs.postgres, ['--single', ...single], { signal, input: sql });
  renameSync(password, join(stage, 'password'));
  flush(stage);
  renameSync(stage, dataOf(layout));
  flush(layout.postgres);
}

function initArguments(stage: string, password: string): string[] {
  const settings = { max_connections: '100', shared_buffers: '128MB' };
  return [
    ...['-D', stage, '--username', OWNER, '--pwfile', password, '--auth', 'scram-sha-256'],
    ...['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    '--data-checksums',
    ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
  ];
}

async function run(
  { layout, runAs }: Installed,
  program: string,
  args: string[],
  { signal, input }: { signal: AbortSignal; input?: string },
): Promise<void> {
  signal.throwIfAborted();
  const child = spawnServer({
    ...runAs.command(program, args),
    cwd: layout.root,
    env: postgresEnvironment(),
    log: layout.postgresLog,
    stopSteps: [['SIGKILL', 0]],
    ...(runAs.user ? { user: runAs.user } : {}),
    ...(input === undefined ? {} : { input }),
  });
  const stop = () => void child.stop();
  signal.addEventListener('abort', stop);
  const how = await child.ended;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (how === 'exit code 0') return;
  const what = `The database of the embedded Postgres could not be created in ${layout.postgres}`;
  const cure = 'Make room or give it to this user, or set DATABASE_URL to use another server.';
  throw new Error(`${what}: ${program}: ${how}. ${cure} ${lastPostgresLines(layout)}`);
}

function writePassword(path: string, password: string, user: { uid: number; gid: number } | undefined): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, password);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (user) chownSync(path, user.uid, user.gid);
}

function readPassword(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const what = `The password of the embedded Postgres cannot be read from ${path}`;
    throw new Error(`${what} (${(error as Error).message}). Put the file back, or move its folder away.`, {
      cause: error,
    });
  }
}

// A power cut after the rename must not undo it: rows may have been committed by then.
function flush(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
