import type { LedgerRow, Violation } from '../facts.ts';
import { ACCOUNTS, INITIAL_BALANCE } from '../facts.ts';
import type { Check, OperationView } from './view.ts';
import { brief, groupBy, operationsOf, violation } from './view.ts';

const TOTAL = ACCOUNTS * INITIAL_BALANCE;

/** At no moment is an amount gone from one account and not yet on the other. */
export const checkSnapshots: Check = ({ snapshots }) =>
  snapshots.flatMap(({ at, sum, least }) => [
    ...(sum === TOTAL
      ? []
      : [violation('snapshot-sum', `At ${time(at)} the accounts held ${sum}, not ${TOTAL}.`)]),
    ...(least >= 0 ? [] : [violation('negative-balance', `At ${time(at)} an account held ${least}.`)]),
  ]);

export const checkBalances: Check = ({ balances, ledger }) => {
  const expected = new Map(balances.map(({ id }) => [id, INITIAL_BALANCE]));
  for (const { from, to, amount } of ledger) {
    expected.set(from, expected.get(from)! - amount);
    expected.set(to, expected.get(to)! + amount);
  }
  return balances
    .filter(({ id, balance }) => balance !== expected.get(id))
    .map(({ id, balance }) =>
      violation('final-balances', `Account ${id} holds ${balance}; by the ledger it is ${expected.get(id)}.`),
    );
};

/** Once per completed transfer, and not at all for one that was told as failed. */
export const checkLedger: Check = (facts) => {
  const rows = groupBy(facts.ledger, ({ ref }) => ref);
  const known = new Set(operationsOf(facts).map(({ ref }) => ref));
  const orphans = [...rows.keys()].filter((ref) => !known.has(ref));
  return [
    ...orphans.map((ref) =>
      violation('ledger-unknown', `The ledger has ${ref}, of which no invocation exists.`),
    ),
    ...operationsOf(facts)
      .filter(({ action }) => action.startsWith('bank.'))
      .flatMap((operation) => checkOperation(operation, rows.get(operation.ref) ?? [])),
  ];
};

function checkOperation(operation: OperationView, rows: LedgerRow[]): Violation[] {
  const { ref, invocations, completed, terminated } = operation;
  const told = `${ref}: ${invocations.map(brief).join('; ')}; ledger: ${rows.map((row) => `${row.token} attempt ${row.attempt}`).join(', ') || 'nothing'}`;
  if (completed.length > 0) {
    if (rows.length === completed.length) return wrongRows(invocations, rows, told);
    return [
      violation(
        rows.length === 0 ? 'ledger-lost' : 'ledger-doubled',
        `Completed, with ${rows.length} rows. ${told}`,
      ),
    ];
  }
  // What has no end yet was told as nothing; that it has none is found elsewhere.
  if (invocations.some(({ status }) => status === 'running')) return [];
  const ofTerminated = rows.filter((row) => terminated.some(({ id }) => id === row.invocationId));
  if (rows.length === ofTerminated.length && rows.length <= 1) return [];
  return [violation('failure-not-committed', `Told as not completed, with ${rows.length} rows. ${told}`)];
}

function wrongRows(invocations: OperationView['invocations'], rows: LedgerRow[], told: string): Violation[] {
  const input = invocations[0]!.input as Pick<LedgerRow, 'from' | 'to' | 'amount'>;
  const isRight = ({ from, to, amount }: LedgerRow) =>
    from === input.from && to === input.to && amount === input.amount;
  return rows.every(isRight) ? [] : [violation('ledger-wrong', `A row differs from the input. ${told}`)];
}

/** One note per transfer that committed and asked for one; none of a transfer that did not. */
export const checkNotes: Check = (facts) => {
  const notes = groupBy(facts.notes, ({ ref }) => ref);
  const wanted = new Set<string>();
  const asks = operationsOf(facts).filter(
    ({ invocations }) => (invocations[0]!.input as { note?: boolean }).note,
  );
  for (const { ref, completed } of asks) if (completed.length > 0) wanted.add(ref);
  const mayHave = new Set(asks.flatMap(({ ref, terminated }) => (terminated.length > 0 ? [ref] : [])));
  return [
    ...[...wanted].flatMap((ref) => countNotes(ref, notes.get(ref)?.length ?? 0)),
    ...[...notes].flatMap(([ref, found]) => {
      if (wanted.has(ref) || (mayHave.has(ref) && found.length === 1)) return [];
      return [violation('note-of-failure', `${found.length} notes of ${ref}, which did not complete.`)];
    }),
  ];
};

function countNotes(ref: string, count: number): Violation[] {
  if (count === 1) return [];
  return [violation(count === 0 ? 'note-lost' : 'note-doubled', `${ref} completed and has ${count} notes.`)];
}

const time = (at: number): string => new Date(at).toISOString();
