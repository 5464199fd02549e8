import { expect, test, vi } from 'vitest';
import { resolvePolicy } from '../../src/core/policy.ts';
import { AttemptRunner } from '../../src/sandbox/attempt-runner.ts';

/** A server is late with a timer when it pleases: here the deadline's has not fired yet. */
const sandbox = vi.hoisted(() => ({ begun: [] as string[], cancel: (_: Error): void => undefined }));
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ firstExecutionRunId: 'run' }),
  CancellationScope: {
    current: () => ({
      cancelRequested: new Promise((_, reject) => (sandbox.cancel = reject)),
      consideredCancelled: false,
    }),
  },
  proxyActivities: () => ({ 'card.charge': async (_: unknown) => sandbox.begun.push('card.charge') }),
}));

const runner = (endsAt: number | undefined) =>
  new AttemptRunner({
    name: 'card.charge',
    version: '1',
    caller: 'local',
    input: null,
    policy: resolvePolicy(),
    queue: 'project/card.charge',
    tokenOf: () => 'token',
    endsAt,
  });
const PLAN = { attempt: 2, epoch: 0, timeoutMs: 30_000, expiresInMs: undefined };

test('an attempt of a step begins while there is time left', async () => {
  expect(await runner(Date.now() + 60_000).attempt(PLAN)).toMatchObject({ status: 'completed' });
  expect(await runner(undefined).attempt(PLAN)).toMatchObject({ status: 'completed' });
  expect(sandbox.begun).toHaveLength(2);
});

test('an attempt of a step does not begin at the deadline of its workflow, but waits for its end', async () => {
  sandbox.begun.length = 0;
  const attempt = runner(Date.now() - 1).attempt(PLAN);
  sandbox.cancel(new Error('The deadline passed.'));
  await expect(attempt).rejects.toThrow('The deadline passed.');
  expect(sandbox.begun).toEqual([]);
});
