/** As whom Postgres runs. It refuses to run as root, so root has it run as a user that may do less. */
import { chownSync, lchownSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PostgresPrograms } from './postgres-programs.ts';
import { runCommand } from './run-command.ts';

export interface RunAs {
  user?: { uid: number; gid: number };
  /** What is to run in place of a program, so that it runs as that user. */
  command(program: string, args: string[]): { command: string; args: string[] };
}

const NAMES = ['postgres', 'nobody'];
const asMyself: RunAs = { command: (program, args) => ({ command: program, args }) };

/** Makes the folder of Postgres, which belongs to whoever runs it. */
export async function preparePostgresFolder(
  folder: string,
): Promise<{ uid: number; gid: number } | undefined> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = statSync(folder);
  if (uid !== 0) return { uid, gid };
  const user = await unprivileged();
  // Not only a new folder: one that was copied or unpacked by root has become root's with all that is in it.
  give(folder, user);
  return user;
}

// Never through a link: those to the package's files would give away what is not ours.
function give(folder: string, user: { uid: number; gid: number }): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) give(path, user);
    else lchownSync(path, user.uid, user.gid);
  }
  chownSync(folder, user.uid, user.gid);
}

async function unprivileged(): Promise<{ uid: number; gid: number }> {
  for (const name of NAMES) {
    try {
      const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => idOf(flag, name)));
      if (uid && gid) return { uid, gid };
    } catch {
      // No such user; the next one.
    }
  }
  throw new Error(
    `Postgres does not run as root, and this system has no user ${NAMES.join(' or ')} to run it as. ${CURES}`,
  );
}

const idOf = async (flag: string, name: string) =>
  Number(await runCommand('id', [flag, name], { timeout: 10_000 }));

/**
 * The folders above the data directory or the package may be closed to that user, as root's home is. They stay so: what
 * Postgres gets is the one capability of passing through them, or the wider one where a container withholds the first.
 */
const CAPABILITIES = ['dac_read_search', 'dac_override'];

export async function chooseRunAs(
  user: { uid: number; gid: number } | undefined,
  folder: string,
  programs: PostgresPrograms,
): Promise<RunAs> {
  if (!user) return asMyself;
  const reasons: string[] = [];
  for (const way of [{ ...asMyself, user }, ...CAPABILITIES.map((name) => withCapability(user, name))]) {
    try {
      await tryOut(way, folder, programs);
      return way;
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(closed(user, folder, programs, reasons));
}

/** Enters the folder and looks at the programs just as Postgres will. */
async function tryOut(way: RunAs, folder: string, { postgres, initdb }: PostgresPrograms): Promise<void> {
  const share = join(dirname(postgres), '..', 'share');
  const script = 'cd "$1" && ls "$2" > /dev/null && "$3" --version && "$4" --version';
  const { command, args } = way.command('/bin/sh', ['-c', script, 'sh', folder, share, postgres, initdb]);
  await runCommand(command, args, { timeout: 20_000, ...way.user });
}

function withCapability({ uid, gid }: { uid: number; gid: number }, name: string): RunAs {
  const flags = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--no-new-privs',
    // Without it access(2), by which Postgres looks for its own programs, would not count the capability.
    '--securebits=+no_setuid_fixup',
    `--inh-caps=+${name}`,
    `--ambient-caps=+${name}`,
  ];
  return { command: (program, args) => ({ command: 'setpriv', args: [...flags, program, ...args] }) };
}

const CURES = 'Run as another user than root, or set DATABASE_URL to use another server.';

function closed(
  { uid }: { uid: number },
  folder: string,
  programs: PostgresPrograms,
  reasons: string[],
): string {
  return [
    `Postgres does not run as root, and the user with id ${uid}, as whom it would run, cannot get to ${folder}`,
    `or run the programs in ${dirname(programs.postgres)}. Tried directly and with setpriv (${CAPABILITIES.join(', ')}):`,
    ...reasons.map((reason) => `  - ${reason}`),
    `Let others pass through the folders above both (chmod o+x), or have the data directory elsewhere. ${CURES}`,
  ].join('\n');
}
