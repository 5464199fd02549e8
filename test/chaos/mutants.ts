/**
 * Builds of the package with one safety removed. A checker that lets one of them pass would let a real fault pass too.
 * The edits are made in dist/; text that is not found there any more is an error, not a mutant less.
 */
import type { Workload } from './client/operations.ts';
import type { NemesisName } from './nemeses/index.ts';
import type { Rates } from './parts/programs.ts';

export interface Edit {
  /** Under dist/. */
  file: string;
  text: string;
  instead: string;
}

export interface Mutant {
  name: string;
  edits: Edit[];
  /** What brings it to light soon. */
  focus: { workload: Workload; nemeses: NemesisName[]; failpoints: Rates };
  /** The violations it has to be found by, one of them at least. */
  foundBy: string[];
}

const NOTHING: Workload = { transfer: 0, pay: 0, hold: 0, mail: 0 };
const TRANSFERS = { ...NOTHING, transfer: 1 };
const PAYMENTS = { ...NOTHING, pay: 1 };
const HOLDS = { ...NOTHING, hold: 1 };
const MAILS = { ...NOTHING, mail: 1 };

/** A worker that is lost once it has committed has its next attempt meet what it has left. */
const LOST_AFTER_COMMIT: Rates = { 'tx.afterCommit': { kill: 0.15 } };

const ON_CONFLICT = 'on conflict (token) do nothing';
const ON_SEALED = `on conflict (token) do update set state = 'sealed'
    where outcomes.state = 'committed' and outcomes.output is null`;

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no fence: a token that is decided is claimed all the same',
    edits: [
      {
        file: 'store/claim.js',
        text: ON_CONFLICT,
        instead:
          "on conflict (token) do update set state = 'committed', attempt = excluded.attempt, output = null, enqueued = null",
      },
    ],
    focus: { workload: TRANSFERS, nemeses: ['failpoints'], failpoints: LOST_AFTER_COMMIT },
    foundBy: ['ledger-doubled', 'failure-not-committed'],
  },
  {
    name: 'commit outside the transaction: the effect first, then the outcome',
    edits: [
      {
        file: 'store/transaction.js',
        text: 'const { output, enqueued } = await tx.lend(work);',
        instead:
          "const { output, enqueued } = await tx.lend(work); await tx.run('commit'); await tx.run('begin');",
      },
      {
        file: 'store/transaction.js',
        text: 'where token = $1 and pg_current_xact_id_if_assigned()::text = $4',
        instead: 'where token = $1 and $4::text is not null',
      },
    ],
    focus: {
      workload: TRANSFERS,
      nemeses: ['failpoints'],
      failpoints: { 'tx.beforeCommit': { kill: 0.15 } },
    },
    foundBy: ['ledger-doubled', 'failure-not-committed'],
  },
  {
    name: 'no unique key: two outcomes of one token',
    edits: [
      {
        file: 'store/migrations.js',
        text: 'token text primary key,\n     state',
        instead: 'token text not null,\n     state',
      },
      { file: 'store/claim.js', text: ON_CONFLICT, instead: '' },
      { file: 'store/seal.js', text: ON_SEALED, instead: '' },
    ],
    focus: { workload: TRANSFERS, nemeses: ['failpoints'], failpoints: LOST_AFTER_COMMIT },
    foundBy: ['ledger-doubled', 'failure-not-committed'],
  },
  {
    name: 'failure told before the seal',
    edits: [
      {
        file: 'core/settle.js',
        text: 'if (needsSeal(safety)) {',
        instead: 'if (needsSeal(safety) && false) {',
      },
    ],
    focus: { workload: PAYMENTS, nemeses: ['failpoints'], failpoints: LOST_AFTER_COMMIT },
    foundBy: ['failure-not-committed'],
  },
  {
    name: 'random Message-ID',
    edits: [
      {
        file: 'actions/email/message-id.js',
        text: 'return `<${left}@',
        instead: 'return `<${Math.random()}${left}@',
      },
    ],
    focus: {
      workload: MAILS,
      nemeses: ['failpoints'],
      failpoints: { 'attempt.beforeReport': { kill: 0.2 } },
    },
    foundBy: ['mail-id'],
  },
  {
    name: 'compensation skipped',
    edits: [{ file: 'core/settle.js', text: 'if (!safety.compensate)', instead: 'if (true)' }],
    focus: { workload: HOLDS, nemeses: ['kill-worker'], failpoints: {} },
    foundBy: ['hold-left'],
  },
  {
    name: 'epoch not raised: what was taken back has the token of what comes next',
    edits: [{ file: 'core/settle.js', text: 'epoch: failed.epoch + 1', instead: 'epoch: failed.epoch' }],
    focus: { workload: HOLDS, nemeses: ['kill-worker'], failpoints: {} },
    foundBy: ['token-reused'],
  },
  {
    name: 'no reconciler: nobody settles what was terminated',
    edits: [{ file: 'worker/reconciler.js', text: 'await this.round()', instead: 'await Promise.resolve()' }],
    focus: {
      workload: HOLDS,
      nemeses: ['terminate', 'failpoints'],
      failpoints: { 'attempt.beforeReport': { delay: 0.7 } },
    },
    foundBy: ['hold-left'],
  },
  {
    name: 'a repeat does not look at the run before it',
    edits: [{ file: 'sandbox/predecessor.js', text: 'if (!predecessor || resume)', instead: 'if (true)' }],
    focus: {
      workload: TRANSFERS,
      nemeses: ['terminate', 'failpoints'],
      failpoints: { 'tx.afterCommit': { delay: 0.9 } },
    },
    foundBy: ['ledger-doubled'],
  },
];
