/** What the checker judges: the clients' own record, and what is found where the effects should be. */
import type { Audit } from '../../src/core/invocation.ts';

export const ACCOUNTS = 10;
export const INITIAL_BALANCE = 1_000;

/** `info`: the client does not know what became of it (a timeout, a 5xx, a broken connection). */
export type Phase = 'invoke' | 'accepted' | 'ok' | 'fail' | 'refused' | 'info';

/** One line of a client's record. `op` names what it wanted, and is in the input of what it asked for. */
export interface ClientEvent {
  at: number;
  op: string;
  action: string;
  key: string | null;
  /** Of the request within the run; its answer has the same. */
  request: number;
  phase: Phase;
  via: string;
  /** What it did: asked for the invocation, asked with another input under the same key, read, cancelled. */
  act: 'invoke' | 'mismatch' | 'read' | 'cancel';
  /** For a mismatch: the `ref` that it sent instead. */
  ref?: string;
  http?: number;
  id?: string;
  status?: string;
  /** Of output and error, to see that an outcome never changes. */
  digest?: string;
  replayed?: boolean;
  detail?: string;
}

export interface LedgerRow {
  ref: string;
  token: string;
  invocationId: string;
  attempt: number;
  from: number;
  to: number;
  amount: number;
}

export interface Note {
  ref: string;
  token: string;
}

export interface Snapshot {
  at: number;
  sum: number;
  least: number;
}

export interface HoldEvent {
  at: number;
  kind: 'hold' | 'release';
  outcome: 'held' | 'duplicate' | 'barred' | 'released' | 'nothing';
  token: string;
  ref: string;
  invocationId: string;
  attempt: number;
}

export interface Mail {
  at: number;
  messageId: string;
  ref: string;
}

/** A fault that was done on purpose; `until` is when it was over. */
export interface Fault {
  kind: string;
  target: string;
  at: number;
  until: number;
}

/** A fresh invocation after everything was healed. */
export interface Tail {
  via: string;
  action: string;
  isOk: boolean;
  detail: string;
}

/** A completed invocation asked for once more, with its key and input. */
export interface Replay {
  id: string;
  digest: string;
  again: { id?: string | undefined; digest?: string | undefined; replayed: boolean; http: number };
}

export interface Facts {
  history: readonly ClientEvent[];
  /** Everything that a listing names after the heal, each with all its entries. */
  audits: readonly Audit[];
  balances: readonly { id: number; balance: number }[];
  ledger: readonly LedgerRow[];
  notes: readonly Note[];
  snapshots: readonly Snapshot[];
  holds: readonly HoldEvent[];
  mails: readonly Mail[];
  faults: readonly Fault[];
  /** Workflow ids that Temporal still has open after the drain. */
  stillOpen: readonly string[];
  tail: readonly Tail[];
  replays: readonly Replay[];
}

export interface Violation {
  invariant: string;
  message: string;
}
