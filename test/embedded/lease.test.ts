import { readdirSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { acquireEmbedded } from '../../src/embedded/index.ts';
import {
  kill,
  onlyServer,
  onlySupervisor,
  processesOf,
  serversOf,
  startLessee,
  temporal,
  tempDir,
  timeUntilGone,
} from './support.ts';

describe('the lease on the embedded servers', { timeout: 90_000 }, () => {
  it('gives ten processes that start at once one and the same server', async () => {
    const dir = tempDir();
    const lessees = Array.from({ length: 10 }, () => startLessee(dir));
    const reports = await Promise.all(lessees.map((lessee) => lessee.settled()));
    expect(new Set(reports.map((report) => report.address)).size).toBe(1);
    expect(reports[0]?.address).toMatch(/^127\.0\.0\.1:\d+$/);
    await vi.waitFor(() => onlySupervisor(dir), { timeout: 10_000 });
    onlyServer(dir);
  });

  it('is quick on an empty directory and at once on a running server', async () => {
    const dir = tempDir();
    const cold = performance.now();
    const first = await acquireEmbedded({ dataDir: dir });
    const warm = performance.now();
    const second = await acquireEmbedded({ dataDir: dir });
    const end = performance.now();
    console.log(`cold ${Math.round(warm - cold)} ms, on a running server ${(end - warm).toFixed(1)} ms`);
    // Wider than the aim of 1.2 s and 50 ms: other work on the same machine must not make this red.
    expect(warm - cold).toBeLessThan(5000);
    expect(end - warm).toBeLessThan(500);
    await second.release();
    expect(await temporal(first.temporal.address, 'operator', 'cluster', 'health')).toContain('SERVING');
    await first.release();
  });

  it('ends everything within 5 s of the release of the last lease, not before', async () => {
    const dir = tempDir();
    const [one, two] = await Promise.all([
      acquireEmbedded({ dataDir: dir }),
      acquireEmbedded({ dataDir: dir }),
    ]);
    const server = onlyServer(dir);
    await one.release();
    await one.release();
    expect(serversOf(dir)).toEqual([server]);
    await two.release();
    expect(await timeUntilGone(dir)).toBeLessThan(5000);
  });

  it('ends everything within 5 s after the only process that needed it was killed with -9', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir);
    await lessee.settled();
    expect(processesOf(dir)).toHaveLength(2);
    kill(lessee.pid);
    const took = await timeUntilGone(dir);
    console.log(`gone ${Math.round(took)} ms after kill -9`);
    expect(took).toBeLessThan(5000);
  });

  it('keeps the server of others when Ctrl-C ends the process group of the one that started it', async () => {
    const dir = tempDir();
    const starter = startLessee(dir, { detached: true });
    const { address = '' } = await starter.settled();
    const other = startLessee(dir);
    await other.settled();
    const server = onlyServer(dir);
    process.kill(-starter.pid, 'SIGINT');
    await starter.exited;
    // Longer than the server lives without a lease.
    const until = performance.now() + 4000;
    await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(until), {
      timeout: 6000,
      interval: 200,
    });
    expect(onlyServer(dir)).toBe(server);
    expect(await temporal(address, 'operator', 'cluster', 'health')).toContain('SERVING');
  });

  it('lets a script end by itself that has nothing left to do, released or not', async () => {
    const dir = tempDir();
    const script = startLessee(dir, { mode: 'idle' });
    await script.settled();
    expect(await script.exited).toBe(0);
    expect(await timeUntilGone(dir)).toBeLessThan(5000);
  });

  it('serves a process that comes while the servers are being stopped', async () => {
    const dir = tempDir();
    const first = await acquireEmbedded({ dataDir: dir });
    const server = onlyServer(dir);
    await first.release();
    kill(onlySupervisor(dir), 'SIGTERM');
    const listening = () => readdirSync(`${dir}/lock`).filter((name) => name.startsWith('c-'));
    await vi.waitFor(() => expect(listening()).toEqual([]), { interval: 5 });
    expect(serversOf(dir)).toEqual([server]);
    const next = await acquireEmbedded({ dataDir: dir });
    expect(onlyServer(dir)).not.toBe(server);
    expect(next.temporal).toEqual(first.temporal);
    await next.release();
  });

  it('stops waiting when the caller gives up, and leaves nothing behind', async () => {
    const dir = tempDir();
    const controller = new AbortController();
    const waiting = acquireEmbedded({ dataDir: dir, signal: controller.signal });
    await vi.waitFor(() => expect(processesOf(dir).length).toBeGreaterThan(0), { interval: 10 });
    controller.abort(new Error('not needed any more'));
    await expect(waiting).rejects.toThrow('not needed any more');
    await timeUntilGone(dir);
  });

  it('works in a directory whose path is too long for a socket', async () => {
    const dir = `${tempDir()}/${'deep-folder/'.repeat(12)}data`;
    const lease = await acquireEmbedded({ dataDir: dir });
    expect(await temporal(lease.temporal.address, 'operator', 'cluster', 'health')).toContain('SERVING');
    await lease.release();
    await timeUntilGone(dir);
  });
});
