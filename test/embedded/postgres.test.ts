import { existsSync, statSync } from 'node:fs';
import pg from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { acquireEmbedded, runningEmbedded } from '../../src/embedded/index.ts';
import { query } from './sql.ts';
import {
  kill,
  onlyPostgres,
  onlyServer,
  postgresOf,
  processesOf,
  startLessee,
  tempDir,
  timeUntilGone,
} from './support.ts';

describe('the embedded Postgres', { timeout: 90_000 }, () => {
  it('is not there for those who do not ask for it', async () => {
    const dir = tempDir();
    const lease = await acquireEmbedded({ dataDir: dir });
    expect(postgresOf(dir)).toEqual([]);
    expect(existsSync(`${dir}/postgres`)).toBe(false);
    expect(runningEmbedded(dir)).toEqual({ temporal: lease.temporal });
    await lease.release();
  });

  it('is one server for ten processes that ask at once, and serves SQL', async () => {
    const dir = tempDir();
    const lessees = Array.from({ length: 10 }, () => startLessee(dir, { mode: 'postgres' }));
    const urls = await Promise.all(lessees.map((lessee) => lessee.postgres()));
    expect(new Set(urls).size).toBe(1);
    onlyPostgres(dir);
    expect(await query(urls[0] as string, `SELECT current_user, current_database()`)).toEqual([
      { current_user: 'do', current_database: 'do' },
    ]);
  });

  it('starts within a second or so, later at once, with the same URL and the rows of before', async () => {
    const dir = tempDir();
    const first = await acquireEmbedded({ dataDir: dir });
    const began = performance.now();
    const asked = first.postgres();
    expect(first.postgres()).toBe(asked);
    const { url } = await asked;
    const cold = performance.now() - began;
    await query(url, `CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)`);
    await first.release();
    await timeUntilGone(dir);
    const second = await acquireEmbedded({ dataDir: dir });
    const again = performance.now();
    expect(await second.postgres()).toEqual({ url });
    const warm = performance.now() - again;
    expect(await query(url, `SELECT id FROM kept`)).toEqual([{ id: 1 }]);
    console.log(`first start ${Math.round(cold)} ms, later ${Math.round(warm)} ms`);
    expect(cold).toBeLessThan(15_000);
    expect(warm).toBeLessThan(5_000);
    await second.release();
  });

  it('keeps what it was told on disk, listens on this machine alone, and lets nobody in without the password', async () => {
    const dir = tempDir();
    const lease = await acquireEmbedded({ dataDir: dir });
    const { url } = await lease.postgres();
    const names = [
      'fsync',
      'data_checksums',
      'full_page_writes',
      'listen_addresses',
      'unix_socket_directories',
    ];
    const columns = [...names, 'max_connections', 'server_encoding', 'TimeZone'];
    const list = columns.map((name) => `current_setting('${name}') AS "${name}"`).join();
    expect(await query(url, `SELECT ${list}`)).toEqual([
      {
        fsync: 'on',
        data_checksums: 'on',
        full_page_writes: 'on',
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        max_connections: '100',
        server_encoding: 'UTF8',
        TimeZone: 'UTC',
      },
    ]);
    const { port, password } = new URL(url);
    expect(password).toMatch(/^[0-9a-f]{48}$/);
    const wrong = `postgres://do:wrong@127.0.0.1:${port}/do`;
    await expect(query(wrong, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect(statSync(`${dir}/postgres`).mode & 0o777).toBe(0o700);
    expect(statSync(`${dir}/postgres/data/password`).mode & 0o777).toBe(0o600);
    expect(runningEmbedded(dir)).toEqual({
      temporal: lease.temporal,
      postgres: { url: `postgres://do@127.0.0.1:${port}/do` },
    });
    await lease.release();
    await timeUntilGone(dir);
    expect(runningEmbedded(dir)).toBeUndefined();
  });

  it('is gone within 5 s of the last lease, even under an open transaction', async () => {
    const dir = tempDir();
    const lease = await acquireEmbedded({ dataDir: dir });
    const client = new pg.Client((await lease.postgres()).url);
    const ended = new Promise<string>((resolve) => client.on('error', ({ message }) => resolve(message)));
    await client.connect();
    await client.query('BEGIN; CREATE TABLE half (id int)');
    await lease.release();
    expect(await timeUntilGone(dir)).toBeLessThan(5000);
    expect(await ended).toMatch(/administrator command|terminated/);
    expect(existsSync(`${dir}/postgres/data/postmaster.pid`)).toBe(false);
  });

  it('is gone within 5 s after the only process that needed it was killed with -9', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir, { mode: 'postgres' });
    await lessee.postgres();
    expect(processesOf(dir).length).toBeGreaterThan(3);
    kill(lessee.pid);
    const took = await timeUntilGone(dir);
    console.log(`all gone ${Math.round(took)} ms after kill -9`);
    expect(took).toBeLessThan(5000);
  });

  it('is gone within 5 s even if it was stopped in its tracks', async () => {
    const dir = tempDir();
    const lease = await acquireEmbedded({ dataDir: dir });
    await lease.postgres();
    kill(onlyPostgres(dir), 'SIGSTOP');
    await lease.release();
    expect(await timeUntilGone(dir)).toBeLessThan(5000);
  });

  it('stays as long as one of those who asked is there', async () => {
    const dir = tempDir();
    const [one, two] = await Promise.all([
      acquireEmbedded({ dataDir: dir }),
      acquireEmbedded({ dataDir: dir }),
    ]);
    const { url } = await one.postgres();
    expect(await two.postgres()).toEqual({ url });
    const postmaster = onlyPostgres(dir);
    await one.release();
    await expect(one.postgres()).rejects.toThrow(/was released/);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(onlyPostgres(dir)).toBe(postmaster);
    await two.release();
  });

  it('does not keep anybody waiting who releases the lease while it starts, and leaves nothing behind', async () => {
    const dir = tempDir();
    const lease = await acquireEmbedded({ dataDir: dir });
    const asked = lease.postgres();
    const refused = expect(asked).rejects.toThrow(/released while Postgres was starting/);
    await vi.waitFor(() => expect(postgresOf(dir).length).toBeGreaterThan(0), { interval: 5 });
    await lease.release();
    await refused;
    expect(await timeUntilGone(dir)).toBeLessThan(5000);
    const next = await acquireEmbedded({ dataDir: dir });
    onlyServer(dir);
    expect(await query((await next.postgres()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await next.release();
  });
});
