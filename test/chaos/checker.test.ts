import { expect, test } from 'vitest';
import { check } from './checker/index.ts';
import type { Facts } from './facts.ts';
import { audit, balances, FAILED, held, mail, row, sound, told, transfer } from './made-up-facts.ts';

const found = (changes: Partial<Facts>): string[] => [
  ...new Set(check(sound(changes)).map(({ invariant }) => invariant)),
];

const plus = <T>(list: readonly T[], ...more: T[]): T[] => [...list, ...more];
const { audits, history, ledger, holds, mails } = sound();

test('a run in which everything is as it should be has no violation', () => {
  expect(check(sound())).toEqual([]);
});

test.each<[string, Partial<Facts>, string]>([
  ['a moment at which money is missing', { snapshots: [{ at: 0, sum: 9_990, least: 0 }] }, 'snapshot-sum'],
  ['a balance below zero', { snapshots: [{ at: 0, sum: 10_000, least: -1 }] }, 'negative-balance'],
  ['a balance that the ledger does not explain', { balances: balances(20) }, 'final-balances'],
  ['a completed transfer without effect', { ledger: [], balances: balances(0) }, 'ledger-lost'],
  [
    'a transfer made twice',
    { ledger: plus(ledger, row('inv_1', 'op-1')), balances: balances(20) },
    'ledger-doubled',
  ],
  [
    'a transfer that was told as failed',
    { ledger: plus(ledger, row('inv_2', 'op-2')), balances: balances(20) },
    'failure-not-committed',
  ],
  [
    'a transfer that nobody invoked',
    { ledger: plus(ledger, row('inv_9', 'op-9')), balances: balances(20) },
    'ledger-unknown',
  ],
  [
    'another amount than was asked for',
    { ledger: [{ ...row('inv_1', 'op-1'), amount: 20 }], balances: balances(20) },
    'ledger-wrong',
  ],
  ['a note of a transfer that failed', { notes: [{ ref: 'op-2', token: 't' }] }, 'note-of-failure'],
  ['an id that was told and is gone', { history: plus(history, told({ id: 'inv_9' })) }, 'acknowledged-lost'],
  [
    'an invocation that never ends',
    {
      audits: plus(
        audits,
        audit({ id: 'inv_6', status: 'running', name: 'email.send', input: { to: '', subject: 'op-6' } }, [
          'invocation.started',
        ]),
      ),
    },
    'still-running',
  ],
  ['a workflow that Temporal has open', { stillOpen: ['w'] }, 'still-running'],
  [
    'an outcome that was told differently before',
    { history: plus(history, told({ id: 'inv_1', status: 'failed', digest: 'other' })) },
    'outcome-changed',
  ],
  [
    'a key with two completed invocations',
    {
      audits: plus(
        audits,
        audit({
          id: 'inv_7',
          idempotencyKey: 'key-of-inv_1',
          input: { ref: 'op-1', from: 1, to: 2, amount: 10 },
        }),
      ),
      ledger: plus(ledger, row('inv_7', 'op-1')),
      balances: balances(20),
    },
    'key-completed-twice',
  ],
  [
    'a refused input that was executed',
    {
      history: plus(history, told({ act: 'mismatch', phase: 'refused', http: 422, ref: 'op-2', at: 1 })),
    },
    'mismatch-executed',
  ],
  [
    'another input accepted under the key of what completed',
    { history: plus(history, told({ act: 'mismatch', phase: 'accepted', http: 202, ref: 'op-8', at: 1 })) },
    'mismatch-accepted',
  ],
  [
    'a request refused for no reason',
    { history: plus(history, told({ phase: 'refused', http: 400 })) },
    'refused',
  ],
  [
    'a system that serves no more',
    { tail: [{ via: 'a1', action: 'bank.pay', isOk: false, detail: '' }] },
    'tail',
  ],
  [
    'a repeat that is told something else',
    {
      replays: [{ id: 'inv_1', digest: 'd', again: { id: 'inv_1', digest: 'e', replayed: true, http: 200 } }],
    },
    'replay',
  ],
  ['a completed hold that is not there', { holds: holds.filter(({ token }) => token !== 't3') }, 'hold-lost'],
  ['a hold twice', { holds: plus(holds, held('t3b', 'inv_3')) }, 'hold-doubled'],
  ['a hold of what failed', { holds: plus(holds, held('t4b', 'inv_4')) }, 'hold-left'],
  ['a hold that nobody invoked', { holds: plus(holds, held('t9', 'inv_9')) }, 'hold-unknown'],
  [
    'a token used again after its release',
    { holds: plus(holds, held('t4', 'inv_4', { outcome: 'barred', attempt: 2 })) },
    'token-reused',
  ],
  [
    'two Message-IDs of one invocation',
    { mails: plus(mails, { at: 1, messageId: '<other>', ref: 'op-5' }) },
    'mail-id',
  ],
  ['a completed message that was not accepted', { mails: [] }, 'mail-lost'],
  ['a message doubled without a fault', { mails: plus(mails, ...mails) }, 'mail-doubled'],
  [
    'a message in spite of a refused recipient',
    { audits: [...audits.slice(0, 4), mail('inv_5', 'op-5', 'nobody@example.com')] },
    'mail-refused',
  ],
  [
    'an attempt without an end',
    {
      audits: [
        ...audits.slice(0, 4),
        { ...audits[4]!, entries: audits[4]!.entries.filter(({ type }) => type !== 'attempt.completed') },
      ],
    },
    'attempts',
  ],
])('%s is found', (_title, changes, invariant) => {
  expect(found(changes)).toContain(invariant);
});

test('what was committed before a terminate stands, once', () => {
  const ended = plus(audits, transfer('inv_6', 'op-6', 'terminated'));
  const once = plus(ledger, row('inv_6', 'op-6'));
  expect(found({ audits: ended, ledger: once, balances: balances(20) })).toEqual([]);
  const twice = plus(once, row('inv_6', 'op-6'));
  expect(found({ audits: ended, ledger: twice, balances: balances(30) })).toEqual(['failure-not-committed']);
});

test('a terminated transfer repeated under its key is made once by both together', () => {
  const again = audit({
    id: 'inv_7',
    idempotencyKey: 'key-of-inv_6',
    input: { ref: 'op-6', from: 1, to: 2, amount: 10 },
  });
  const both = plus(audits, transfer('inv_6', 'op-6', 'terminated'), again);
  const once = plus(ledger, row('inv_6', 'op-6'));
  expect(found({ audits: both, ledger: once, balances: balances(20) })).toEqual([]);
  const twice = plus(once, row('inv_7', 'op-6'));
  expect(found({ audits: both, ledger: twice, balances: balances(30) })).toEqual(['ledger-doubled']);
});

test('a duplicate message is excused by a fault between its two deliveries, and by no other', () => {
  const twice = plus(mails, { ...mails[0]!, at: 60_000 });
  const fault = { kind: 'kill-worker', target: 'w1' };
  expect(found({ mails: twice, faults: [{ ...fault, at: 30_000, until: 30_000 }] })).toEqual([]);
  expect(found({ mails: twice, faults: [{ ...fault, at: 90_000, until: 90_000 }] })).toEqual([
    'mail-doubled',
  ]);
});

test('a hold stays where the failure says that it could not be taken back', () => {
  const loud = audit(
    {
      id: 'inv_4',
      name: 'hold.place',
      input: { ref: 'op-4' },
      status: 'failed',
      error: { code: 'COMPENSATION_FAILED', type: '', message: '' },
    },
    FAILED,
  );
  const others = audits.filter(({ invocation }) => invocation.id !== 'inv_4');
  expect(found({ audits: plus(others, loud), holds: plus(holds, held('t4b', 'inv_4')) })).toEqual([]);
});

test('every completed transfer that asked for a note has one', () => {
  const asked = audit({ id: 'inv_1', input: { ref: 'op-1', from: 1, to: 2, amount: 10, note: true } });
  const changes = { audits: plus(audits.slice(1), asked), history: [] };
  const note = { ref: 'op-1', token: 't' };
  expect(found({ ...changes, notes: [note] })).toEqual([]);
  expect(found({ ...changes, notes: [] })).toEqual(['note-lost']);
  expect(found({ ...changes, notes: [note, note] })).toEqual(['note-doubled']);
});
