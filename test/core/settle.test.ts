import { describe, expect, test } from 'vitest';
import type { Failure } from '../../src/core/failure.ts';
import { resolvePolicy } from '../../src/core/policy.ts';
import type { Safety } from '../../src/core/safety.ts';
import type { CompensationOutcome, SealOutcome, Settlement } from '../../src/core/settle.ts';
import { settle } from '../../src/core/settle.ts';
import { failureOf } from './fake-port.ts';

const compensate = { policy: resolvePolicy() };
const failed = { attempt: 3, epoch: 2, failure: failureOf({ type: 'CardDeclined', message: 'no funds' }) };
const cause = new Error('the refund was refused');
const refused: CompensationOutcome = {
  status: 'failed',
  failure: failureOf({ type: 'RefundRefused', message: cause.message }),
  error: cause,
};

/** Answers as told, and keeps what it was asked in which order. */
function settlementWith(
  safety: Safety,
  {
    sealed = { status: 'sealed' },
    compensated = { status: 'completed' },
  }: { sealed?: SealOutcome; compensated?: CompensationOutcome } = {},
): Settlement & { asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    safety,
    asked,
    seal: async (open) => {
      asked.push(['seal', open]);
      return sealed;
    },
    compensate: async (open) => {
      asked.push(['compensate', open]);
      return compensated;
    },
  };
}

describe('an attempt that did not complete', () => {
  test('leaves nothing to settle when the action promises nothing', async () => {
    const settlement = settlementWith({});
    await expect(settle(settlement, failed)).resolves.toEqual({ status: 'settled', epoch: 2 });
    expect(settlement.asked).toEqual([]);
  });

  test.each<[string, Safety]>([
    ['transactional', { transactional: true }],
    ['one that leaves receipts', { receipts: true }],
  ])('of a %s action is sealed, and keeps its token', async (_, safety) => {
    const settlement = settlementWith(safety);
    await expect(settle(settlement, failed)).resolves.toEqual({ status: 'settled', epoch: 2 });
    expect(settlement.asked).toEqual([['seal', failed]]);
  });

  test('of a compensated action is taken back, after which the next one has a token of its own', async () => {
    const settlement = settlementWith({ compensate });
    await expect(settle(settlement, failed)).resolves.toEqual({ status: 'settled', epoch: 3 });
    expect(settlement.asked).toEqual([['compensate', failed]]);
  });

  test('is sealed first and taken back then, where there is both', async () => {
    const settlement = settlementWith({ transactional: true, compensate });
    await expect(settle(settlement, failed)).resolves.toEqual({ status: 'settled', epoch: 3 });
    expect(settlement.asked).toEqual([
      ['seal', failed],
      ['compensate', failed],
    ]);
  });

  test('but had committed is a success with all that was committed, and is not taken back', async () => {
    const report = { output: { paid: true }, enqueued: [], committedBy: 1 };
    const settlement = settlementWith(
      { transactional: true, compensate },
      { sealed: { status: 'committed', ...report } },
    );
    await expect(settle(settlement, failed)).resolves.toEqual({ status: 'completed', ...report });
    expect(settlement.asked).toEqual([['seal', failed]]);
  });
});

describe('a compensation that failed finally', () => {
  const tell = async () =>
    await settle(settlementWith({ transactional: true, compensate }, { compensated: refused }), failed);

  test('is told as such, with its own error as the cause', async () => {
    await expect(tell()).resolves.toMatchObject({
      status: 'failed',
      error: cause,
      failure: { code: 'COMPENSATION_FAILED', nonRetryable: true },
    });
  });

  test('says what the attempt had failed with, and what the compensation', async () => {
    const { failure } = (await tell()) as { failure: Failure };
    expect(failure.message).toContain('CardDeclined: no funds');
    expect(failure.message).toContain('RefundRefused: the refund was refused');
  });
});
