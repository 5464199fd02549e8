import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where everything of one data directory lives. */
export interface Layout {
  root: string;
  lock: string;
  state: string;
  database: string;
  mail: string;
  /** Postgres: its cluster, and its programs where those of the package cannot be used in place. */
  postgres: string;
  logs: string;
  supervisorLog: string;
  temporalLog: string;
  postgresLog: string;
}

/** Creates the data directory, private to its user; the mode of a directory that was there before is the user's. */
export function prepareLayout(dataDir: string): Layout {
  if (!existsSync(dataDir)) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const root = realpathSync(dataDir);
  const logs = join(root, 'logs');
  const layout = {
    root,
    lock: join(root, 'lock'),
    state: join(root, 'embedded.json'),
    database: join(root, 'temporal.db'),
    mail: join(root, 'mail'),
    postgres: join(root, 'postgres'),
    logs,
    supervisorLog: join(logs, 'supervisor.log'),
    temporalLog: join(logs, 'temporal.log'),
    postgresLog: join(logs, 'postgres.log'),
  };
  for (const dir of [layout.lock, layout.mail, logs]) mkdirSync(dir, { recursive: true, mode: 0o700 });
  return layout;
}

/** Unix socket paths end at 104 bytes on macOS and 108 on Linux. */
const LONGEST_SOCKET_PATH = 100;

/**
 * A new name for each supervisor: what a killed one left behind never stands in the way of the next.
 * Clients learn the path from the lock, so both sides agree even when their TMPDIR differs.
 */
export function newSocketPath(layout: Layout): string {
  const name = `c-${randomBytes(4).toString('hex')}`;
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\do-${createHash('sha256').update(layout.root).digest('hex').slice(0, 16)}-${name}`;
  }
  const near = join(layout.lock, name);
  if (Buffer.byteLength(near) <= LONGEST_SOCKET_PATH) return near;
  // The random part is in the directory's name, which another user can therefore not have taken before.
  const dir = join(tmpdir(), `do-${randomBytes(8).toString('hex')}`);
  mkdirSync(dir, { mode: 0o700 });
  return join(dir, 's');
}
