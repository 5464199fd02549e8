import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Pin } from '../../src/embedded/checksums.ts';
import { downloadTemporal } from '../../src/embedded/download.ts';
import { tempDir } from './support.ts';

const PROGRAM = `#!/bin/sh\necho 'temporal version 1.9.1 (Server 1.32.0)'\n${'#'.repeat(2_000_000)}\n`;
const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A download site with one archive, and what it was asked for. */
async function site(): Promise<{ host: string; pin: Pin; asked: string[] }> {
  const dir = tempDir();
  writeFileSync(join(dir, 'temporal'), PROGRAM);
  chmodSync(join(dir, 'temporal'), 0o755);
  execFileSync('tar', ['-czf', 'archive.tar.gz', 'temporal'], { cwd: dir });
  const archive = readFileSync(join(dir, 'archive.tar.gz'));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/archive.tar.gz') return response.end(archive);
    const archiveUrl = `http://${request.headers.host}/archive.tar.gz`;
    return response.end(JSON.stringify({ archiveUrl, fileToExtract: 'temporal' }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pin: Pin = { platform: 'linux', arch: 'amd64', archive: sha256(archive), binary: sha256(PROGRAM) };
  return { host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pin, asked };
}

const quiet = { onProgress: () => undefined, signal: new AbortController().signal };

describe('the official download', () => {
  it('asks for the pinned version, tells how far it is and installs a program that runs', async () => {
    const { host, pin, asked } = await site();
    const dir = join(tempDir(), 'cache');
    const progress: string[] = [];
    const path = await downloadTemporal({
      ...quiet,
      host,
      pin,
      dir,
      onProgress: (line) => progress.push(line),
    });
    expect(path).toBe(join(dir, 'temporal'));
    expect(execFileSync(path, { encoding: 'utf8' })).toContain('version 1.9.1');
    expect(asked[0]).toBe('/cli/v1.9.1?arch=amd64&platform=linux&format=tar.gz');
    expect(progress.at(-1)).toMatch(/Downloading the Temporal CLI 1\.9\.1: \d/);
  });

  it('lets several processes install at once', async () => {
    const { host, pin } = await site();
    const dir = join(tempDir(), 'cache');
    const all = await Promise.all(
      Array.from({ length: 4 }, () => downloadTemporal({ ...quiet, host, pin, dir })),
    );
    expect(new Set(all)).toEqual(new Set([join(dir, 'temporal')]));
    expect(readFileSync(join(dir, 'temporal'), 'utf8')).toBe(PROGRAM);
  });

  it.each(['archive', 'binary'] as const)(
    'refuses an %s with another checksum and installs nothing',
    async (part) => {
      const { host, pin } = await site();
      const dir = join(tempDir(), 'cache');
      const other = { ...pin, [part]: sha256('what was expected') };
      await expect(downloadTemporal({ ...quiet, host, dir, pin: other })).rejects.toThrow(
        new RegExp(`was refused: its SHA-256 is ${pin[part]}, expected ${other[part]}`),
      );
      expect(existsSync(join(dir, 'temporal'))).toBe(false);
    },
  );

  it('says what is wrong with a site that does not answer as it should', async () => {
    const server = createServer((_request, response) => response.writeHead(503).end());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(downloadTemporal({ ...quiet, host, dir: tempDir() })).rejects.toThrow(/HTTP status 503/);
    server.close();
    await expect(downloadTemporal({ ...quiet, host, dir: tempDir() })).rejects.toThrow(/ECONNREFUSED/);
  });
});
