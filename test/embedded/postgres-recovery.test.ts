import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import pg from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { acquireEmbedded } from '../../src/embedded/index.ts';
import { query, queryWhenUp } from './sql.ts';
import {
  kill,
  onlyPostgres,
  onlyServer,
  onlySupervisor,
  postgresOf,
  postmastersOf,
  processesOf,
  startLessee,
  supervisorsOf,
  tempDir,
  timeUntilGone,
} from './support.ts';

const MAKE = 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)';
const KEPT = 'SELECT id FROM kept';
const ROWS = [{ id: 1 }];

async function stopped(dir: string): Promise<string> {
  const lease = await acquireEmbedded({ dataDir: dir });
  const { url } = await lease.postgres();
  await query(url, MAKE);
  await lease.release();
  await timeUntilGone(dir);
  return url;
}

describe('the embedded Postgres after a fault', { timeout: 90_000 }, () => {
  it('is back at the same URL with its rows after it was killed', async () => {
    const dir = tempDir();
    const lease = await acquireEmbedded({ dataDir: dir });
    const { url } = await lease.postgres();
    await query(url, MAKE);
    const killed = onlyPostgres(dir);
    const since = performance.now();
    kill(killed);
    expect(await queryWhenUp(url, KEPT)).toEqual(ROWS);
    console.log(`Postgres back after ${Math.round(performance.now() - since)} ms`);
    expect(onlyPostgres(dir)).not.toBe(killed);
    expect(await lease.postgres()).toEqual({ url });
    await lease.release();
  });

  it('is back even when a query that was busy outlives it', async () => {
    const dir = tempDir();
    const lease = await acquireEmbedded({ dataDir: dir });
    const { url } = await lease.postgres();
    await query(url, MAKE);
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    await client.connect();
    const busy = client
      .query('SELECT count(*) FROM generate_series(1, 1000000000000) n')
      .catch(() => 'ended');
    const backend = (
      await query(
        url,
        `SELECT pid FROM pg_stat_activity WHERE query LIKE '%series(1%' AND pid <> pg_backend_pid()`,
      )
    )[0]?.['pid'];
    kill(onlyPostgres(dir));
    expect(await queryWhenUp(url, KEPT)).toEqual(ROWS);
    expect(await busy).toBe('ended');
    expect(postgresOf(dir)).not.toContain(backend);
    await lease.release();
  });

  it('is back at the same URL after the supervisor was killed under a lease whose holder has asked', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir, { mode: 'postgres' });
    const url = await lessee.postgres();
    await query(url, MAKE);
    const [supervisor, postmaster] = [onlySupervisor(dir), onlyPostgres(dir)];
    const since = performance.now();
    kill(supervisor);
    await vi.waitFor(() => expect(onlyPostgres(dir)).not.toBe(postmaster), { timeout: 20_000, interval: 20 });
    expect(await queryWhenUp(url, KEPT)).toEqual(ROWS);
    console.log(`supervisor and Postgres replaced after ${Math.round(performance.now() - since)} ms`);
    expect(onlySupervisor(dir)).not.toBe(supervisor);
    kill(lessee.pid);
    expect(await timeUntilGone(dir)).toBeLessThan(5000);
  });

  it('has every committed row after everything was killed at once', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir, { mode: 'postgres' });
    const url = await lessee.postgres();
    await query(url, MAKE);
    kill(lessee.pid);
    [...supervisorsOf(dir), ...processesOf(dir)].forEach((pid) => kill(pid));
    const lease = await acquireEmbedded({ dataDir: dir });
    expect(await lease.postgres()).toEqual({ url });
    expect(await query(url, KEPT)).toEqual(ROWS);
    await lease.release();
  });

  it('is ended by the next supervisor even if nobody needs it any more', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir, { mode: 'postgres' });
    await lessee.postgres();
    const orphan = onlyPostgres(dir);
    kill(lessee.pid);
    kill(onlySupervisor(dir));
    await vi.waitFor(() => expect(supervisorsOf(dir)).toEqual([]));
    expect(postmastersOf(dir)).toEqual([orphan]);
    const lease = await acquireEmbedded({ dataDir: dir });
    await vi.waitFor(() => expect(postgresOf(dir)).toEqual([]), { timeout: 5000 });
    expect(existsSync(`${dir}/postgres/data/postmaster.pid`)).toBe(false);
    await lease.release();
  });

  it('is found even when the supervisor died before it could write down which server it had started', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir, { mode: 'postgres' });
    const url = await lessee.postgres();
    const orphan = onlyPostgres(dir);
    kill(lessee.pid);
    kill(onlySupervisor(dir));
    await vi.waitFor(() => expect(supervisorsOf(dir)).toEqual([]));
    const state = JSON.parse(readFileSync(`${dir}/embedded.json`, 'utf8')) as object;
    writeFileSync(`${dir}/embedded.json`, JSON.stringify({ ...state, postgres: undefined }));
    const lease = await acquireEmbedded({ dataDir: dir });
    expect(await lease.postgres()).toEqual({ url });
    expect(onlyPostgres(dir)).not.toBe(orphan);
    await lease.release();
  });

  it.each(['creating its files', 'creating the database'])(
    'starts anew after everything was killed while it was %s',
    async (step) => {
      const dir = tempDir();
      const lessee = startLessee(dir, { mode: 'postgres' });
      await lessee.settled();
      const underWay = () => {
        const stage = readdirSync(`${dir}/postgres`).find((name) => /^new-[0-9a-f]+$/.test(name));
        const log = readFileSync(`${dir}/logs/postgres.log`, 'utf8');
        return stage && (step === 'creating its files' ? /bootstrap/ : /Success/).test(log);
      };
      await vi.waitFor(() => expect(underWay()).toBeTruthy(), { timeout: 20_000, interval: 2 });
      kill(lessee.pid);
      [...supervisorsOf(dir), ...processesOf(dir)].forEach((pid) => kill(pid));
      expect(existsSync(`${dir}/postgres/data`)).toBe(false);
      const lease = await acquireEmbedded({ dataDir: dir });
      await query((await lease.postgres()).url, MAKE);
      expect(readdirSync(`${dir}/postgres`)).toEqual(['data']);
      await lease.release();
    },
  );

  it('is given to a process that asked a supervisor which was killed before it could answer', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir, { mode: 'postgres' });
    await vi.waitFor(() => expect(postgresOf(dir)).not.toEqual([]), { timeout: 20_000, interval: 2 });
    kill(onlySupervisor(dir));
    expect(await query(await lessee.postgres(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    onlyPostgres(dir);
    expect(readdirSync(`${dir}/postgres`)).toEqual(['data']);
  });

  it('says why it could not be created, and is created when it is asked for again', async () => {
    const dir = tempDir();
    const lease = await acquireEmbedded({ dataDir: dir });
    const asked = lease.postgres();
    const failure = asked.catch((error: Error) => error.message);
    const initdb = await vi.waitFor(() => postgresOf(dir)[0] ?? Promise.reject(new Error('not yet')), {
      timeout: 20_000,
      interval: 2,
    });
    kill(initdb);
    expect(await failure).toMatch(/could not be created in .*\/postgres: .*initdb: ended by SIGKILL/);
    expect(await failure).toMatch(/DATABASE_URL.*postgres\.log/s);
    onlyServer(dir);
    expect(await query((await lease.postgres()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await lease.release();
  });

  it('moves to another port when somebody else has taken its own, and keeps its rows', async () => {
    const dir = tempDir();
    const before = await stopped(dir);
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(Number(new URL(before).port), '127.0.0.1', resolve));
    const lease = await acquireEmbedded({ dataDir: dir });
    const { url } = await lease.postgres();
    stranger.close();
    expect(new URL(url).port).not.toBe(new URL(before).port);
    expect(await query(url, KEPT)).toEqual(ROWS);
    await lease.release();
  });
});
