import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/core/invocation.ts';
import { startTestServers } from '../../src/testing.ts';
import type { TestServers } from '../../src/testing.ts';
import { deployed, work } from './fixtures/versions.ts';

let servers: TestServers;
beforeAll(async () => {
  servers = await startTestServers();
});
afterAll(() => servers.stop());

test('the audit names the version of the action that ran, also where the build of its workflow knew an older one', async () => {
  const handle = await deployed.start({});
  const types = async () => (await handle.audit()).entries.map(({ type }) => type);
  await expect.poll(types, { timeout: 30_000 }).toContain('action.completed');
  // A deploy of the action alone: the workflow stays on its build.
  Object.assign(work, { version: '2' });
  await handle.signal('deployed');
  expect(await handle.result()).toEqual({ attempt: 2 });
  const { entries } = await handle.audit();
  const versions = ({ step, type, attempt, version }: AuditEntry) =>
    version === undefined ? [] : [`${step} ${type} ${attempt}: ${version}`];
  expect(entries.flatMap(versions)).toEqual([
    '1 attempt.scheduled 1: 1',
    '1 attempt.completed 1: 1',
    '2 attempt.scheduled 1: 1',
    '2 attempt.failed 1: 2',
    '2 attempt.scheduled 2: 1',
    '2 attempt.completed 2: 2',
  ]);
});
