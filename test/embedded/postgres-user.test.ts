import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireEmbedded } from '../../src/embedded/index.ts';
import { query } from './sql.ts';
import { onlyPostgres, onlyServer, onlySupervisor, startLessee, tempDir, timeUntilGone } from './support.ts';

const isRoot = process.getuid?.() === 0;
const id = (flag: string, name: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout);

/** As the kernel sees the process: its user, and in hexadecimal what it may do beyond that. */
function statusOf(pid: number) {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(text)?.[1];
  return { uid: Number(field('Uid')), capabilities: Number.parseInt(field('CapEff') ?? '', 16) };
}
const DAC_READ_SEARCH = 4;

/** A PATH of a few programs alone. The Temporal CLI itself and not what PATH has, which may be a script in a closed place. */
async function pathWith(...programs: string[]): Promise<string> {
  const bin = tempDir();
  chmodSync(bin, 0o755);
  const dir = tempDir();
  const lease = await acquireEmbedded({ dataDir: dir });
  cpSync(`/proc/${onlyServer(dir)}/exe`, join(bin, 'temporal'), { dereference: true });
  chmodSync(join(bin, 'temporal'), 0o755);
  await lease.release();
  for (const program of programs) symlinkSync(program, join(bin, basename(program)));
  return bin;
}

describe.runIf(process.platform === 'linux')('the user of the embedded Postgres', { timeout: 90_000 }, () => {
  it('is whoever runs the project, unless that is root', async () => {
    const dir = tempDir();
    const lease = await acquireEmbedded({ dataDir: dir });
    const { url } = await lease.postgres();
    const { uid } = statusOf(onlyPostgres(dir));
    expect(uid === 0).toBe(false);
    if (!isRoot) expect(uid).toBe(process.getuid?.());
    expect(statSync(`${dir}/postgres/data`).uid).toBe(uid);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await lease.release();
  });

  it.runIf(isRoot)('is one that may do nothing more where the folders let him pass', async () => {
    const top = tempDir();
    const dir = join(top, 'data');
    mkdirSync(dir);
    for (const folder of [top, dir]) chmodSync(folder, 0o711);
    const lease = await acquireEmbedded({ dataDir: dir });
    await lease.postgres();
    expect(statusOf(onlyPostgres(dir))).toEqual({ uid: statSync(`${dir}/postgres`).uid, capabilities: 0 });
    await lease.release();
    await timeUntilGone(dir);
  });

  it.runIf(isRoot)('passes through closed folders, which stay closed', async () => {
    const top = tempDir();
    const dir = join(top, 'data');
    const lease = await acquireEmbedded({ dataDir: dir });
    const { url } = await lease.postgres();
    expect(statusOf(onlyPostgres(dir)).capabilities).toBe(DAC_READ_SEARCH);
    expect([top, dir].map((folder) => statSync(folder).mode & 0o777)).toEqual([0o700, 0o700]);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await lease.release();
    await timeUntilGone(dir);
  });

  it.runIf(isRoot)('is told what closes the way, and the cures, where nothing opens it', async () => {
    const dir = tempDir();
    const env = { ...process.env, PATH: await pathWith('/usr/bin/id') };
    const asked = startLessee(dir, { mode: 'postgres', env }).postgres();
    await expect(asked).rejects.toThrow(
      /does not run as root.*cannot get to .*setpriv.*chmod o\+x.*DATABASE_URL/s,
    );
    onlySupervisor(dir);
  });

  it.runIf(isRoot)('stays the same over the years, and gets back what root has copied', async () => {
    const dir = tempDir();
    const user = { uid: id('-u', 'nobody'), gid: id('-g', 'nobody') };
    mkdirSync(`${dir}/postgres`, { mode: 0o700 });
    chownSync(`${dir}/postgres`, user.uid, user.gid);
    const before = await acquireEmbedded({ dataDir: dir });
    const { url } = await before.postgres();
    await query(url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)');
    expect(statusOf(onlyPostgres(dir)).uid).toBe(user.uid);
    await before.release();
    await timeUntilGone(dir);
    expect(spawnSync('chown', ['-R', 'root:root', `${dir}/postgres`]).status).toBe(0);
    const elsewhere = tempDir();
    writeFileSync(join(elsewhere, 'file'), '');
    symlinkSync(elsewhere, `${dir}/postgres/link`);
    const after = await acquireEmbedded({ dataDir: dir });
    expect(await after.postgres()).toEqual({ url });
    expect(await query(url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
    expect([elsewhere, join(elsewhere, 'file')].map((path) => statSync(path).uid)).toEqual([0, 0]);
    await after.release();
  });

  it.runIf(isRoot).each(['nobody', 'postgres'].filter((name) => id('-u', name) > 0))(
    'is %s when he runs the project himself',
    async (name) => {
      const user = { uid: id('-u', name), gid: id('-g', name) };
      const dir = tempDir();
      chownSync(dir, user.uid, user.gid);
      const env = { ...process.env, PATH: await pathWith(), HOME: dir };
      const lessee = startLessee(dir, { mode: 'postgres', user, env });
      const url = await lessee.postgres();
      expect(statusOf(onlyPostgres(dir))).toEqual({ uid: user.uid, capabilities: 0 });
      expect(await query(url, 'SELECT current_user AS owner')).toEqual([{ owner: 'do' }]);
      lessee.child.kill('SIGKILL');
      expect(await timeUntilGone(dir)).toBeLessThan(5000);
    },
  );
});
