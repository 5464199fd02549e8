import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import './fixtures/actions.ts';
import { actsIn, ACTORS, failureOf, fakeHost, isAlive, pidIn, run, tempDir } from './support.ts';

async function expectNoMoreActs(dir: string): Promise<void> {
  // At once: it may not even be about to end.
  expect(isAlive(Number(readFileSync(join(dir, 'pid'), 'utf8')))).toBe(false);
  const acts = actsIn(dir);
  expect(acts.every((written) => written > 0)).toBe(true);
  // As long as any of the actors would need for several more.
  await delay(400);
  expect(actsIn(dir)).toEqual(acts);
}

// A process that leaves group and session is found by its environment, which only Linux shows.
const LEAVES_TRACES = process.platform === 'linux' ? ACTORS : ACTORS.slice(0, 2);

describe(`once the end of an attempt is told, none of ${LEAVES_TRACES.join(', ')} acts any more`, () => {
  test('when it reached its timeout', async () => {
    const dir = tempDir();
    const { failure } = await failureOf('isolate.busy', { dir }, fakeHost(6_000));
    await expectNoMoreActs(dir);
    expect(failure).toMatchObject({
      type: 'AttemptTimedOut',
      message: 'The attempt did not end within 6000 ms.',
      nonRetryable: false,
    });
  });

  test('when it reached its timeout and blocks its event loop', async () => {
    const dir = tempDir();
    const { failure } = await failureOf('isolate.busy', { dir, blocks: true }, fakeHost(6_000));
    await expectNoMoreActs(dir);
    expect(failure.type).toBe('AttemptTimedOut');
  });

  test('when it was cancelled', async () => {
    const dir = tempDir();
    const fake = fakeHost();
    const failed = failureOf('isolate.busy', { dir }, fake);
    await pidIn(dir);
    const told = performance.now();
    fake.canceller.abort(new Error('CANCELLED'));
    expect((await failed).failure.message).toBe('CANCELLED');
    await expectNoMoreActs(dir);
    expect(performance.now() - told).toBeLessThan(3_000);
  });

  test('when it completed', async () => {
    const dir = tempDir();
    await expect(run('isolate.busy', { dir, done: true })).resolves.toBe('done');
    await expectNoMoreActs(dir);
  });
});

describe('an attempt that is to end', () => {
  test('is told so at its timeout, and may clean up', async () => {
    const dir = tempDir();
    const { failure } = await failureOf('isolate.heedful', { dir }, fakeHost(6_000));
    expect(failure).toMatchObject({
      type: 'AttemptTimedOut',
      message: 'The attempt did not end within 6000 ms.',
      cause: { type: 'HalfDone' },
    });
    expect(existsSync(join(dir, 'cleaned'))).toBe(true);
  });

  test('is told so on cancel with the reason, and may still complete', async () => {
    const dir = tempDir();
    const fake = fakeHost();
    const ended = run('isolate.heedful', { dir, saves: true }, fake);
    await pidIn(dir);
    fake.canceller.abort(new Error('CANCELLED'));
    await expect(ended).resolves.toBe('saved');
    expect(readFileSync(join(dir, 'cleaned'), 'utf8')).toBe('CANCELLED');
  });

  test('does not begin when it is cancelled already', async () => {
    const dir = tempDir();
    const fake = fakeHost();
    fake.canceller.abort(new Error('CANCELLED'));
    expect((await failureOf('isolate.stubborn', { dir }, fake)).failure.message).toBe('CANCELLED');
    expect(existsSync(join(dir, 'pid'))).toBe(false);
  });

  test('and blocks its event loop keeps the heartbeats of its worker until then', async () => {
    const dir = tempDir();
    const fake = fakeHost(6_000);
    const { failure } = await failureOf('isolate.stubborn', { dir }, fake);
    expect(failure.type).toBe('AttemptTimedOut');
    expect(fake.beats.length).toBeGreaterThanOrEqual(3);
    expect(isAlive(await pidIn(dir))).toBe(false);
  });
});
