import { compensationToken } from '../../src/core/token.ts';
import type { Fate } from './plan.ts';
import type { Output, Row, Steps } from './store.ts';
import { Tx } from './store.ts';
import type { World } from './world.ts';

export interface Report {
  output: Output;
  committedBy?: number;
}

/** What an attempt or a compensation rejects with. */
export class ActivityError extends Error {
  readonly isFinal: boolean;

  constructor(message: string, isFinal: boolean) {
    super(message);
    this.isFinal = isFinal;
  }
}

export interface Begun {
  world: World;
  token: string;
  /** Of this attempt or try alone. */
  id: string;
  attempt: number;
  fate: Fate;
}

const isTransactional = ({ plan: { level } }: World) => level === 'transactional' || level === 'both';

/** As src/attempt/run.ts and src/store/transaction.ts: claim, work, commit; each `yield` is a place to be cut at. */
export function* attempt(begun: Begun): Steps<Report> {
  const { world, token, id } = begun;
  yield;
  if (!isTransactional(world)) return yield* work(begun, undefined);
  const claimed = yield* world.store.claim(token, id);
  if (!(claimed instanceof Tx)) return storedOutcome(world, claimed);
  try {
    return yield* work(begun, claimed);
  } finally {
    world.store.rollBack(claimed);
  }
}

function storedOutcome(world: World, row: Row): Report {
  if (row.state === 'sealed') {
    world.seen.add('a late attempt is refused by the store');
    throw new ActivityError('LateAttempt', true);
  }
  world.seen.add('a commit of which nobody heard is found by the next attempt');
  return { output: row.output, committedBy: row.attempt };
}

function* work(begun: Begun, tx: Tx | undefined): Steps<Report> {
  const { world, token, id, fate } = begun;
  yield;
  failIf(fate, 'nothing');
  if (world.plan.level !== 'transactional') {
    world.sink.hold(token, id);
    yield;
  }
  if (tx) {
    world.store.write(tx, { token, by: id });
    yield;
  }
  failIf(fate, 'effect');
  if (tx) {
    world.store.commit(tx, { state: 'committed', output: { by: id }, attempt: begun.attempt });
    // Here it is committed, and its answer may be lost.
    yield;
  }
  return { output: { by: id } };
}

/** Idempotent, as `compensate` has to be; of a transactional action it runs in a transaction of its own token. */
export function* compensation(begun: Begun): Steps<void> {
  const { world, token, id } = begun;
  yield;
  if (!isTransactional(world)) return yield* takeBack(begun);
  const claimed = yield* world.store.claim(compensationToken(token), id);
  if (!(claimed instanceof Tx)) return undefined;
  try {
    yield* takeBack(begun);
    world.store.commit(claimed, { state: 'committed', output: { by: id }, attempt: begun.attempt });
    yield;
  } finally {
    world.store.rollBack(claimed);
  }
}

function* takeBack({ world, token, fate }: Begun): Steps<void> {
  yield;
  failIf(fate, 'nothing');
  world.sink.release(token);
  yield;
  failIf(fate, 'effect');
}

function failIf({ end, failsAfter }: Fate, place: Fate['failsAfter']): void {
  if (end !== 'completes' && failsAfter === place) throw new ActivityError(end, end === 'fails finally');
}
