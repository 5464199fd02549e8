import { describe, expect, test } from 'vitest';
import type { LoopStart } from '../../src/core/loop.ts';
import { runAttempts } from '../../src/core/loop.ts';
import { resolvePolicy } from '../../src/core/policy.ts';
import type { Safety } from '../../src/core/safety.ts';
import type { CompensationOutcome, FailedAttempt, SealOutcome } from '../../src/core/settle.ts';
import type { Act } from './fake-port.ts';
import { failing, failureOf, FakePort } from './fake-port.ts';

const policy = resolvePolicy({ maximumAttempts: 3 });
const TRANSACTIONAL: Safety = { transactional: true };
const COMPENSATED: Safety = { compensate: { policy } };
const BOTH: Safety = { ...TRANSACTIONAL, ...COMPENSATED };
const DONE: CompensationOutcome = { status: 'completed' };
const COMMITTED: SealOutcome = { status: 'committed', output: 'it was there', committedBy: 1 };
const CANCELLED = new Error('cancelled');

/** A settlement that answers from two lists, the last of which repeats, and writes into the calls of its port. */
class World extends FakePort {
  seals: SealOutcome[] = [{ status: 'sealed' }];
  compensations: (CompensationOutcome & { takesMs?: number })[] = [DONE];
  readonly takenBack: FailedAttempt[] = [];
  #isLate = 0;

  override now = (): number => 1_000_000 + this.#isLate + this.sleeps.reduce((sum, { ms }) => sum + ms, 0);

  async invoke(safety: Safety, start: LoopStart = {}) {
    return await runAttempts(this, policy, {
      ...start,
      settlement: {
        safety,
        seal: async ({ attempt, epoch }) => {
          this.calls.push(`seal ${attempt} of epoch ${epoch}`);
          return next(this.seals);
        },
        compensate: async (failed) => {
          this.calls.push(`compensate ${failed.attempt} of epoch ${failed.epoch}`);
          this.takenBack.push(failed);
          const { takesMs = 0, ...outcome } = next(this.compensations);
          this.#isLate += takesMs;
          return outcome;
        },
      },
    });
  }
}

const next = <T>(answers: T[]): T => (answers.length > 1 ? answers.shift()! : answers[0]!);
const steps = ({ calls }: World) => calls.map((call) => call.replace(/ within .*|(?<=^sleep) \d+$/, ''));
const cancelledInAttempt: Act = { throws: CANCELLED };

describe('a transactional invocation', () => {
  test('that completes is not sealed', async () => {
    const world = new World([failing(), { output: 1 }]);
    await expect(world.invoke(TRANSACTIONAL)).resolves.toEqual({ status: 'completed', output: 1 });
    expect(steps(world)).toEqual(['attempt 1', 'sleep', 'attempt 2']);
  });

  test('is sealed once, before its failure is told: a token in between belongs to the next attempt', async () => {
    const world = new World([failing()]);
    await expect(world.invoke(TRANSACTIONAL)).resolves.toMatchObject({ status: 'failed', attempts: 3 });
    expect(steps(world).slice(-2)).toEqual(['attempt 3', 'seal 3 of epoch 0']);
    expect(steps(world).filter((step) => step.startsWith('seal'))).toHaveLength(1);
    expect(world.attempts.map(({ epoch }) => epoch)).toEqual([0, 0, 0]);
  });

  test.each<[string, Act, LoopStart]>([
    ['its last attempt failed', failing({ nonRetryable: true }), {}],
    ['its deadline leaves no time for a wait', failing(), { deadlineAt: 1_000_001 }],
    ['it was cancelled in an attempt', cancelledInAttempt, {}],
  ])('has happened if the seal finds it committed, although %s', async (_, act, start) => {
    const world = new World([act]);
    world.seals = [COMMITTED];
    await expect(world.invoke(TRANSACTIONAL, start)).resolves.toMatchObject({
      status: 'completed',
      output: 'it was there',
      committedBy: 1,
    });
  });

  test.each(['attempt', 'sleep'])('cancelled in an %s is sealed before that is told', async (place) => {
    const world = new World([place === 'attempt' ? cancelledInAttempt : failing()]);
    world.cancelledInSleep = CANCELLED;
    await expect(world.invoke(TRANSACTIONAL)).rejects.toBe(CANCELLED);
    expect(world.calls.at(-1)).toBe('seal 1 of epoch 0');
  });

  test('resumed after its deadline is sealed for the attempt of the run before', async () => {
    const world = new World([{ output: 'never' }]);
    const start = { firstAttempt: 4, deadlineAt: 999_999 };
    await expect(world.invoke(TRANSACTIONAL, start)).resolves.toEqual({ status: 'timed_out', attempts: 3 });
    expect(world.calls).toEqual(['seal 3 of epoch 0']);
  });

  test('whose deadline passed before any attempt has nothing to seal', async () => {
    const world = new World([]);
    await world.invoke(TRANSACTIONAL, { deadlineAt: 999_999 });
    expect(world.calls).toEqual([]);
  });
});

describe('a compensated invocation', () => {
  test('takes each attempt back before the next, which has a token of its own', async () => {
    const world = new World([failing({ type: 'First' }), failing({ type: 'Second' }), { output: 1 }]);
    await expect(world.invoke(COMPENSATED)).resolves.toMatchObject({ status: 'completed' });
    expect(steps(world)).toEqual(
      [1, 2]
        .flatMap((n) => [`attempt ${n}`, `compensate ${n} of epoch ${n - 1}`, 'sleep'])
        .concat('attempt 3'),
    );
    expect(world.attempts.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(world.takenBack.map(({ failure }) => failure.type)).toEqual(['First', 'Second']);
  });

  test('takes its last attempt back before the failure is told', async () => {
    const world = new World([failing({ nonRetryable: true, message: 'the reason' })]);
    await expect(world.invoke(COMPENSATED)).resolves.toMatchObject({ failure: { message: 'the reason' } });
    expect(steps(world)).toEqual(['attempt 1', 'compensate 1 of epoch 0']);
  });

  test('makes no further attempt when an attempt cannot be taken back', async () => {
    const world = new World([failing(), failing(), { output: 'never' }]);
    world.compensations = [DONE, { status: 'failed', failure: failureOf(), error: CANCELLED }];
    await expect(world.invoke(COMPENSATED)).resolves.toMatchObject({
      status: 'failed',
      attempts: 2,
      failure: { code: 'COMPENSATION_FAILED' },
    });
    expect(world.calls.at(-1)).toBe('compensate 2 of epoch 1');
  });

  test('cancelled in an attempt is taken back, and told why', async () => {
    const world = new World([cancelledInAttempt]);
    await expect(world.invoke(COMPENSATED)).rejects.toBe(CANCELLED);
    expect(world.takenBack).toMatchObject([{ attempt: 1, failure: { code: 'INVOCATION_CANCELLED' } }]);
  });

  test('cancelled in the wait is not taken back a second time', async () => {
    const world = new World([failing()]);
    world.cancelledInSleep = CANCELLED;
    await expect(world.invoke(COMPENSATED)).rejects.toBe(CANCELLED);
    expect(world.takenBack).toHaveLength(1);
  });

  test('that cannot be taken back when it is cancelled tells that instead', async () => {
    const world = new World([cancelledInAttempt]);
    world.compensations = [{ status: 'failed', failure: failureOf(), error: CANCELLED }];
    await expect(world.invoke(COMPENSATED)).resolves.toMatchObject({
      failure: { code: 'COMPENSATION_FAILED' },
    });
  });

  test('does not begin a wait for which taking back has left no time', async () => {
    const world = new World([failing()]);
    world.compensations = [{ ...DONE, takesMs: 9_500 }];
    const result = await world.invoke(COMPENSATED, { deadlineAt: 1_010_000 });
    expect(result).toMatchObject({ status: 'timed_out', attempts: 1 });
    expect(steps(world)).toEqual(['attempt 1', 'compensate 1 of epoch 0']);
  });

  test('is continued with the epoch of its next attempt, and has nothing open then', async () => {
    const world = new World([failing()]);
    world.fullAfter = 1;
    const continued = await world.invoke(COMPENSATED);
    expect(continued).toEqual({ status: 'continued', nextAttempt: 2, epoch: 1 });
    const rest = new World([{ output: 'never' }]);
    await rest.invoke(COMPENSATED, { firstAttempt: 2, epoch: 1, deadlineAt: 999_999 });
    expect(rest.calls).toEqual([]);
  });
});

describe('an invocation that is transactional and compensated', () => {
  test('seals each attempt before it takes it back', async () => {
    const world = new World([failing(), { output: 1 }]);
    await world.invoke(BOTH);
    const settling = ['seal 1 of epoch 0', 'compensate 1 of epoch 0'];
    expect(steps(world)).toEqual(['attempt 1', ...settling, 'sleep', 'attempt 2']);
  });

  test('ends as a success, with no further attempt, as soon as a seal finds an attempt committed', async () => {
    const world = new World([failing(), { output: 'never' }]);
    world.seals = [COMMITTED];
    await expect(world.invoke(BOTH)).resolves.toMatchObject({ status: 'completed', output: 'it was there' });
    expect(steps(world)).toEqual(['attempt 1', 'seal 1 of epoch 0']);
  });
});
