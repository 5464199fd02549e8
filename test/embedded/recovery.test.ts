import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { acquireEmbedded } from '../../src/embedded/index.ts';
import {
  kill,
  onlyServer,
  onlySupervisor,
  processesOf,
  serversOf,
  startLessee,
  supervisorsOf,
  temporal,
  tempDir,
  timeUntilGone,
} from './support.ts';

const healthy = (address: string) =>
  vi.waitFor(
    async () => expect(await temporal(address, 'operator', 'cluster', 'health')).toContain('SERVING'),
    {
      timeout: 15_000,
      interval: 100,
    },
  );

describe('the embedded servers after a fault', { timeout: 90_000 }, () => {
  it('are back on the same address after the Temporal server was killed', async () => {
    const dir = tempDir();
    const lease = await acquireEmbedded({ dataDir: dir });
    const killed = onlyServer(dir);
    const since = performance.now();
    kill(killed);
    await healthy(lease.temporal.address);
    console.log(`server back after ${Math.round(performance.now() - since)} ms`);
    expect(onlyServer(dir)).not.toBe(killed);
    await lease.release();
  });

  it('are back on the same address after the supervisor was killed under a lease', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir);
    const { address = '' } = await lessee.settled();
    const [supervisor, server] = [onlySupervisor(dir), onlyServer(dir)];
    const since = performance.now();
    kill(supervisor);
    await vi.waitFor(
      () => {
        expect(onlySupervisor(dir)).not.toBe(supervisor);
        expect(onlyServer(dir)).not.toBe(server);
      },
      { timeout: 20_000, interval: 50 },
    );
    await healthy(address);
    console.log(`supervisor and server replaced after ${Math.round(performance.now() - since)} ms`);
    const late = await acquireEmbedded({ dataDir: dir });
    expect(late.temporal.address).toBe(address);
    expect((await fetch(late.mail.inboxUrl)).status).toBe(200);
    await late.release();
    kill(lessee.pid);
    expect(await timeUntilGone(dir)).toBeLessThan(5000);
  });

  it('are taken over by the next process after supervisor and lessee were killed together', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir);
    const { address } = await lessee.settled();
    const orphan = onlyServer(dir);
    const supervisor = onlySupervisor(dir);
    kill(lessee.pid);
    kill(supervisor);
    await vi.waitFor(() => expect(supervisorsOf(dir)).toEqual([]));
    expect(serversOf(dir)).toEqual([orphan]);
    const lease = await acquireEmbedded({ dataDir: dir });
    expect(lease.temporal.address).toBe(address);
    expect(onlyServer(dir)).not.toBe(orphan);
    await lease.release();
  });

  it('are found even when the supervisor died before it could write down which server it had started', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir);
    const { address } = await lessee.settled();
    const orphan = onlyServer(dir);
    const supervisor = onlySupervisor(dir);
    kill(lessee.pid);
    kill(supervisor);
    await vi.waitFor(() => expect(supervisorsOf(dir)).toEqual([]));
    const grpc = Number(address?.split(':')[1]);
    writeFileSync(join(dir, 'embedded.json'), JSON.stringify({ ports: { grpc }, running: true }));
    const lease = await acquireEmbedded({ dataDir: dir });
    expect(lease.temporal.address).toBe(address);
    expect(onlyServer(dir)).not.toBe(orphan);
    await lease.release();
  });

  it('start over a stale lock and state whose pids now belong to another program, which is left alone', async () => {
    const dir = tempDir();
    const other = startLessee(tempDir());
    await other.settled();
    mkdirSync(join(dir, 'lock'));
    const stranger = { pid: other.pid, started: 'another-boot:123', socket: join(dir, 'lock', 'gone') };
    writeFileSync(join(dir, 'lock', '7.json'), JSON.stringify(stranger));
    writeFileSync(
      join(dir, 'embedded.json'),
      JSON.stringify({ ports: {}, running: true, temporal: stranger }),
    );
    const lease = await acquireEmbedded({ dataDir: dir });
    await healthy(lease.temporal.address);
    expect(other.child.exitCode ?? other.child.signalCode).toBeNull();
    await lease.release();
  });

  it('start over files that a power cut left empty or cut off', async () => {
    const dir = tempDir();
    mkdirSync(join(dir, 'lock'));
    writeFileSync(join(dir, 'lock', '3.json'), '');
    writeFileSync(join(dir, 'embedded.json'), '{"ports":{"grpc":2');
    const lease = await acquireEmbedded({ dataDir: dir });
    await healthy(lease.temporal.address);
    await lease.release();
  });

  it('move to another port, and only there, when somebody else has taken one meanwhile', async () => {
    const dir = tempDir();
    const before = await acquireEmbedded({ dataDir: dir });
    await before.release();
    await timeUntilGone(dir);
    const stranger = createServer();
    const port = Number(before.temporal.address.split(':')[1]);
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
    const after = await acquireEmbedded({ dataDir: dir });
    stranger.close();
    expect(after.temporal.address).not.toBe(before.temporal.address);
    expect(after.temporal.ui).toBe(before.temporal.ui);
    await healthy(after.temporal.address);
    await after.release();
  });

  it('say what the server said when it cannot start at all, and end', async () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'temporal.db'), 'this is no database'.repeat(1000));
    const failure = await acquireEmbedded({ dataDir: dir }).catch((error: Error) => error.message);
    expect(failure).toMatch(/ended 5 times in a row/);
    expect(failure).toContain(`${dir}/temporal.db`);
    expect(failure).toMatch(/not a database/);
    await timeUntilGone(dir);
    expect(processesOf(dir)).toEqual([]);
  });

  it('name the process that does not answer when the supervisor was stopped in its tracks', async () => {
    const dir = tempDir();
    await startLessee(dir).settled();
    const supervisor = onlySupervisor(dir);
    kill(supervisor, 'SIGSTOP');
    await expect(acquireEmbedded({ dataDir: dir })).rejects.toThrow(
      new RegExp(`process ${supervisor}.* has not answered for 10 s.*kill -CONT ${supervisor}`),
    );
    kill(supervisor, 'SIGCONT');
    await (await acquireEmbedded({ dataDir: dir })).release();
  });

  it('come back for a process that held a lease while the server was killed again and again', async () => {
    const dir = tempDir();
    const lessee = startLessee(dir);
    const { address = '' } = await lessee.settled();
    const seen = new Set<number>();
    const gaveUp = () =>
      expect(lessee.reports.map((report) => report.progress).join()).toContain('trying again');
    await vi.waitFor(
      () => {
        serversOf(dir).forEach((pid) => (seen.add(pid), kill(pid)));
        gaveUp();
      },
      { timeout: 30_000, interval: 100 },
    );
    expect(seen.size).toBeGreaterThanOrEqual(5);
    await healthy(address);
  });
});
