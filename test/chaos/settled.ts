import { setTimeout as delay } from 'node:timers/promises';
import type { Audit } from '../../src/core/invocation.ts';
import { check } from './checker/index.ts';
import { groupBy, refOf } from './checker/view.ts';
import type { ClientRecord } from './client/record.ts';
import { AuditReader, readEffects } from './collect.ts';
import type { Facts, Violation } from './facts.ts';
import type { System } from './system.ts';

/** A listing may lag: what began before the effects were read has to be in it. */
const LISTED_AFTER_MS = 1_000;

export interface Found {
  facts: Facts;
  violations: Violation[];
}

/**
 * Judges, while the load goes on, what that can change no more: operations whose invocations had all been closed before
 * their effects were read. The load is over as soon as they violate one of the given invariants.
 */
export class EarlyEnd {
  readonly over: AbortSignal;
  readonly #enough = new AbortController();
  readonly #closing = new AbortController();
  readonly #found: Promise<Found | undefined>;

  constructor(watched: Watched, invariants: readonly string[], stop: AbortSignal) {
    this.over = AbortSignal.any([stop, this.#enough.signal]);
    this.#found =
      invariants.length === 0 ? Promise.resolve(undefined) : this.#watch(watched, invariants, stop);
  }

  async #watch(
    { system, record }: Watched,
    invariants: readonly string[],
    stop: AbortSignal,
  ): Promise<Found | undefined> {
    const audits = new AuditReader(system, record);
    const ending = AbortSignal.any([stop, this.#closing.signal]);
    while (!ending.aborted) {
      // A fault may be in the way; then the next look sees more.
      const facts = await look(system, audits, ending).catch(() => delay(LISTED_AFTER_MS, undefined));
      const violations = check(facts ?? NOTHING).filter(({ invariant }) => invariants.includes(invariant));
      if (!facts || violations.length === 0) continue;
      this.#enough.abort();
      return { facts, violations };
    }
    return undefined;
  }

  /** What has ended the load, if that has. */
  async close(): Promise<Found | undefined> {
    this.#closing.abort();
    return await this.#found;
  }
}

interface Watched {
  system: System;
  record: ClientRecord;
}

async function look(system: System, audits: AuditReader, ending: AbortSignal): Promise<Facts> {
  const readAt = Date.now();
  const effects = await readEffects(system);
  await delay(LISTED_AFTER_MS, undefined, { signal: ending });
  return factsOfSettled({ ...NOTHING, ...effects, audits: await audits.read() }, readAt);
}

export const NOTHING: Facts = {
  history: [],
  audits: [],
  balances: [],
  ledger: [],
  notes: [],
  snapshots: [],
  holds: [],
  mails: [],
  faults: [],
  stillOpen: [],
  tail: [],
  replays: [],
};

/** Only what belongs to operations that nothing is done for any more. */
export function factsOfSettled(facts: Facts, readAt: number): Facts {
  const operations = groupBy(facts.audits, ({ invocation }) => refOf(invocation));
  const settled = new Set([...operations].filter(([, all]) => isSettled(all, readAt)).map(([ref]) => ref));
  const isOf = ({ ref }: { ref: string }) => settled.has(ref);
  return {
    ...facts,
    audits: facts.audits.filter(({ invocation }) => settled.has(refOf(invocation))),
    ledger: facts.ledger.filter(isOf),
    notes: facts.notes.filter(isOf),
    holds: facts.holds.filter(isOf),
    mails: facts.mails.filter(isOf),
  };
}

/** What was terminated is taken back at some time later, and at the latest before the next run under its key begins. */
function isSettled(audits: readonly Audit[], readAt: number): boolean {
  const invocations = audits.map(({ invocation }) => invocation);
  const latest = invocations.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))[0];
  return (
    latest?.status !== 'terminated' &&
    invocations.every(({ closedAt }) => closedAt !== null && Date.parse(closedAt) < readAt)
  );
}
