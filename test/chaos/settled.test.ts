import { expect, test } from 'vitest';
import type { Audit, Invocation } from '../../src/core/invocation.ts';
import { check } from './checker/index.ts';
import { row, transfer } from './made-up-facts.ts';
import { factsOfSettled, NOTHING } from './settled.ts';

const READ_AT = Date.parse('2026-01-01T00:01:00.000Z');
const before = (seconds: number): string => new Date(READ_AT - seconds * 1_000).toISOString();

function run(status: Invocation['status'], startedAt: string, closedAt: string | null): Audit {
  const { invocation, entries } = transfer(`inv_${startedAt}`, 'op-1', status);
  return { invocation: { ...invocation, startedAt, closedAt }, entries };
}
const FAILED = run('failed', before(30), before(20));

/** Of an effect that nothing is told of but failures. */
const judged = (audits: Audit[]): string[] =>
  check(factsOfSettled({ ...NOTHING, audits, ledger: [row('inv_other', 'op-1')] }, READ_AT)).map(
    ({ invariant }) => invariant,
  );

test.each([
  ['failed', [FAILED]],
  [
    'failed after it was terminated, before which it was taken back',
    [run('terminated', before(40), before(31)), FAILED],
  ],
])('an operation is judged that %s', (_what, audits) => {
  expect(judged(audits)).toEqual(['failure-not-committed']);
});

test.each([
  ['still runs', run('running', before(5), null)],
  ['closed after its effects were read', run('failed', before(5), before(-1))],
  ['was terminated, and may be taken back later', run('terminated', before(10), before(5))],
])('an operation is not judged of which the last invocation %s', (_what, last) => {
  expect(judged([FAILED, last])).toEqual([]);
});
