/** Records of a run as a test wants them; by default of one in which everything is as it should be. */
import type { Audit, AuditEntry, Invocation } from '../../src/core/invocation.ts';
import { digestOf } from './client/record.ts';
import type { ClientEvent, Facts, HoldEvent, LedgerRow } from './facts.ts';

const ENTRIES = [
  'invocation.started',
  'attempt.scheduled',
  'attempt.started',
  'attempt.completed',
  'invocation.completed',
];

export function audit(fields: Partial<Invocation>, types: string[] = ENTRIES): Audit {
  const { id = 'inv_1', status = 'completed' } = fields;
  const invocation: Invocation = {
    id,
    kind: 'action',
    name: 'bank.transfer',
    version: '1',
    status,
    input: null,
    output: null,
    error: status === 'completed' ? null : { code: 'INVOCATION_FAILED', type: 'Error', message: '' },
    idempotencyKey: `key-of-${id}`,
    caller: 'api',
    attempts: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    closedAt: '2026-01-01T00:00:01.000Z',
    links: { self: '', audit: '', temporal: null },
    ...fields,
  };
  const entries = types.map((type, index): AuditEntry => {
    const [name = '', attempt] = type.split(' ');
    const isAttempts = name.startsWith('attempt.');
    return { seq: index + 1, at: '', type: name, ...(isAttempts && { attempt: Number(attempt ?? 1) }) };
  });
  return { invocation, entries };
}

export const FAILED = [
  'invocation.started',
  'attempt.scheduled',
  'attempt.started',
  'attempt.failed',
  'invocation.failed',
];
const TERMINATED = ['invocation.started', 'attempt.scheduled', 'invocation.terminated'];

export const transfer = (id: string, ref: string, status: Invocation['status'] = 'completed') =>
  audit(
    { id, status, input: { ref, from: 1, to: 2, amount: 10 } },
    { completed: ENTRIES, terminated: TERMINATED }[status as string] ?? FAILED,
  );
const hold = (id: string, ref: string, status: Invocation['status'] = 'completed') =>
  audit({ id, status, name: 'hold.place', input: { ref } }, status === 'completed' ? ENTRIES : FAILED);
export const mail = (id: string, ref: string, to = 'somebody@example.com') =>
  audit({ id, name: 'email.send', input: { to, subject: ref }, output: { messageId: `<${id}>` } });

export const row = (id: string, ref: string): LedgerRow => ({
  ref,
  token: id,
  invocationId: id,
  attempt: 1,
  from: 1,
  to: 2,
  amount: 10,
});
export const held = (token: string, invocationId: string, fields: Partial<HoldEvent> = {}): HoldEvent => ({
  at: 0,
  kind: 'hold',
  outcome: 'held',
  token,
  ref: '',
  invocationId,
  attempt: 1,
  ...fields,
});
export const told = (fields: Partial<ClientEvent>): ClientEvent => ({
  at: 0,
  op: 'op-1',
  action: 'bank.transfer',
  key: 'key-of-inv_1',
  request: 1,
  phase: 'ok',
  via: 'a1',
  act: 'invoke',
  ...fields,
});

export const balances = (moved: number) =>
  Array.from({ length: 10 }, (_, index) => ({
    id: index + 1,
    balance: 1_000 + ({ 0: -moved, 1: moved }[index] ?? 0),
  }));

/** A run in which everything is as it should be: a transfer, one that failed, a hold, one that failed, a message. */
export function sound(changes: Partial<Facts> = {}): Facts {
  const first = transfer('inv_1', 'op-1');
  return {
    history: [told({ id: 'inv_1', status: 'completed', digest: digestOf(first.invocation) })],
    audits: [
      first,
      transfer('inv_2', 'op-2', 'failed'),
      hold('inv_3', 'op-3'),
      hold('inv_4', 'op-4', 'failed'),
      mail('inv_5', 'op-5'),
    ],
    balances: balances(10),
    ledger: [row('inv_1', 'op-1')],
    notes: [],
    snapshots: [{ at: 0, sum: 10_000, least: 0 }],
    holds: [
      held('t3', 'inv_3'),
      held('t4', 'inv_4'),
      held('t4', 'inv_4', { kind: 'release', outcome: 'released' }),
      held('t4', 'inv_4', { outcome: 'barred' }),
    ],
    mails: [{ at: 0, messageId: '<inv_5>', ref: 'op-5' }],
    faults: [],
    stillOpen: [],
    tail: [{ via: 'a1', action: 'bank.transfer', isOk: true, detail: '' }],
    replays: [],
    ...changes,
  };
}
