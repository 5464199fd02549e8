import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { acquireEmbedded } from '../../src/embedded/index.ts';
import { query, queryWhenUp } from './sql.ts';
import {
  kill,
  onlyPostgres,
  onlyServer,
  postmastersOf,
  startLessee,
  tempDir,
  timeUntilGone,
} from './support.ts';

const MAKE = 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)';
const KEPT = 'SELECT id FROM kept';
const ROWS = [{ id: 1 }];
const AFTER_PID = '\n/elsewhere/data\n1\n5432\n\n127.0.0.1\n  1 1\nready\n';

/** A data directory that was in use; its owner is who runs Postgres. */
async function used() {
  const dir = tempDir();
  const lease = await acquireEmbedded({ dataDir: dir });
  const { url } = await lease.postgres();
  await query(url, MAKE);
  await lease.release();
  await timeUntilGone(dir);
  const { uid, gid } = statSync(`${dir}/postgres`);
  return { dir, url, owner: { uid, gid }, pidFile: `${dir}/postgres/data/postmaster.pid` };
}

async function expectRows(dir: string, url: string): Promise<void> {
  const lease = await acquireEmbedded({ dataDir: dir });
  expect(await lease.postgres()).toEqual({ url });
  expect(await query(url, KEPT)).toEqual(ROWS);
  await lease.release();
}

describe('the files of the embedded Postgres', { timeout: 90_000 }, () => {
  it('may name a process that is another program by now, which is left alone', async () => {
    const { dir, url, owner, pidFile } = await used();
    const stranger = spawn('sleep', ['300'], process.getuid?.() === 0 ? owner : {});
    onTestFinished(() => void stranger.kill('SIGKILL'));
    writeFileSync(pidFile, `${stranger.pid}${AFTER_PID}`);
    await expectRows(dir, url);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });

  it('may name a Postgres that runs on other files, which is left alone', async () => {
    const other = startLessee(tempDir(), { mode: 'postgres' });
    const otherUrl = await other.postgres();
    const { dir, url, pidFile } = await used();
    await query(otherUrl, MAKE);
    const [row] = await query(
      otherUrl,
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`,
    );
    writeFileSync(pidFile, `${String(row?.['pid'])}${AFTER_PID}`);
    await expectRows(dir, url);
    expect(await query(otherUrl, KEPT)).toEqual(ROWS);
  });

  it.each(['', 'not a number\n', '999999999\n'])('may say %j where a pid should be', async (content) => {
    const { dir, url, pidFile } = await used();
    writeFileSync(pidFile, content);
    await expectRows(dir, url);
  });

  it('may be damaged: what the server said is told, Temporal goes on, and a repair is taken without a restart', async () => {
    const { dir, url } = await used();
    renameSync(`${dir}/postgres/data/global/pg_control`, `${dir}/postgres/data/global/away`);
    const lease = await acquireEmbedded({ dataDir: dir });
    const failure = await lease.postgres().catch((error: Error) => error.message);
    expect(failure).toMatch(/Postgres server ended 5 times in a row/);
    expect(failure).toContain(`${dir}/postgres/data`);
    expect(failure).toMatch(/could not open file "global\/pg_control"|could not find the database system/);
    onlyServer(dir);
    renameSync(`${dir}/postgres/data/global/away`, `${dir}/postgres/data/global/pg_control`);
    expect(await lease.postgres()).toEqual({ url });
    expect(await query(url, KEPT)).toEqual(ROWS);
    await lease.release();
  });

  it('are told by name when the password is gone', async () => {
    const { dir } = await used();
    renameSync(`${dir}/postgres/data/password`, `${dir}/away`);
    const lease = await acquireEmbedded({ dataDir: dir });
    await expect(lease.postgres()).rejects.toThrow(`${dir}/postgres/data/password`);
    await lease.release();
  });

  it('let it come back for a process that uses it while it was killed again and again', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir, { mode: 'postgres' });
    const url = await lessee.postgres();
    await query(url, MAKE);
    const seen = new Set<number>();
    await vi.waitFor(
      () => {
        postmastersOf(dir).forEach((pid) => (seen.add(pid), kill(pid)));
        expect(lessee.reports.map(({ progress }) => progress).join()).toContain(
          'Postgres is gone; trying again',
        );
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(seen.size).toBeGreaterThanOrEqual(5);
    expect(await queryWhenUp(url, KEPT)).toEqual(ROWS);
    onlyPostgres(dir);
    expect(existsSync(`${dir}/logs/postgres.log`)).toBe(true);
    expect(readFileSync(`${dir}/logs/supervisor.log`, 'utf8')).toContain('The Postgres server ended');
  });
});
