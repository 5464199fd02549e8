import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { acquireEmbedded } from '../../src/embedded/index.ts';
import { onlyServer, temporal, tempDir, timeUntilGone } from './support.ts';

const START = ['workflow', 'start', '--type', 'kept', '--task-queue', 'nobody', '--workflow-id', 'kept-1'];

describe('the embedded Temporal server', { timeout: 90_000 }, () => {
  it('keeps closed invocations for 90 days', async () => {
    const lease = await acquireEmbedded({ dataDir: tempDir() });
    const { address, namespace } = lease.temporal;
    const text = await temporal(
      address,
      'operator',
      'namespace',
      'describe',
      '-n',
      namespace,
      '--output',
      'json',
    );
    const { config } = JSON.parse(text) as { config: { workflowExecutionRetentionTtl: string } };
    expect(config.workflowExecutionRetentionTtl).toBe(`${90 * 24 * 3600}s`);
    await lease.release();
  });

  it('has its data and its addresses again after a stop', async () => {
    const dir = tempDir();
    const before = await acquireEmbedded({ dataDir: dir });
    await temporal(before.temporal.address, ...START);
    await before.release();
    await timeUntilGone(dir);
    const after = await acquireEmbedded({ dataDir: dir });
    expect({ ...after.temporal, ...after.mail }).toEqual({ ...before.temporal, ...before.mail });
    const described = await temporal(
      after.temporal.address,
      'workflow',
      'describe',
      '--workflow-id',
      'kept-1',
    );
    expect(described).toContain('kept');
    await after.release();
  });

  it('shows its Web UI, and lets only its user read the data', async () => {
    const dir = `${tempDir()}/new`;
    const lease = await acquireEmbedded({ dataDir: dir });
    const page = await fetch(lease.temporal.ui);
    expect(page.status).toBe(200);
    expect(onlyServer(dir)).toBeGreaterThan(0);
    for (const path of [dir, `${dir}/temporal.db`, `${dir}/logs`])
      expect(statSync(path).mode & 0o077).toBe(0);
    await lease.release();
    await timeUntilGone(dir);
  });
});
