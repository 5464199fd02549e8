import fc from 'fast-check';

/** What the action promises; `both`: a transaction, and a hold outside that `compensate` releases. */
export type Level = 'plain' | 'transactional' | 'compensated' | 'both';

/** What becomes of one activity: an attempt, one try of a compensation, one try of a seal. */
export interface Fate {
  end: 'completes' | 'fails' | 'fails finally';
  /** Where a failing one fails. */
  failsAfter: 'nothing' | 'effect';
  /** After this many steps nobody hears of it any more; null: its end is heard. */
  lostAfter: number | null;
  /** One of which nobody hears goes on as a zombie: so many ticks before each further step. Null: it is dead. */
  wakes: number[] | null;
  /** Dead, but its transaction is still open: the host vanished, and Postgres has not noticed. */
  leavesOpen: boolean;
  stepMs: number;
}

/** What happens to one run of the loop. Calls of the loop are counted from 0, over continue-as-new. */
export interface RunPlan {
  /** After these calls the host of the loop is lost, and another one replays it. */
  crashesAfter: number[];
  cancelAt: number | null;
  /** `steps` of the call's activity are done before; -1: it is not even scheduled. */
  terminate: { call: number; steps: number } | null;
  /** So many calls fill the record. */
  fullAfter: number | null;
  /** So long nobody takes up a continued run. */
  resumesAfterMs: number;
}

export interface Plan {
  level: Level;
  maximumAttempts: number;
  maximumCompensations: number;
  deadlineMs: number | null;
  /** In the order in which they are begun, over all runs; beyond the list all goes well. */
  attempts: Fate[];
  compensations: Fate[];
  seals: Fate[];
  /** The first run and its repeats under the same key: each begins after the one before has failed or was ended. */
  runs: RunPlan[];
  /** Ticks from the last run's end until the reconciler looks. */
  reconcilerWaits: number;
}

export const WELL: Fate = {
  end: 'completes',
  failsAfter: 'nothing',
  lostAfter: null,
  wakes: null,
  leavesOpen: false,
  stepMs: 0,
};

export const QUIET: RunPlan = {
  crashesAfter: [],
  cancelAt: null,
  terminate: null,
  fullAfter: null,
  resumesAfterMs: 0,
};

/** In one of three plans; the simpler ones have none. */
const rarely = <T>(what: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: what },
  );

const wakes = fc.option(fc.array(fc.nat({ max: 12 }), { maxLength: 8 }), { freq: 4 });

const fate: fc.Arbitrary<Fate> = fc.record({
  end: fc.constantFrom('completes', 'completes', 'fails', 'fails', 'fails finally'),
  failsAfter: fc.constantFrom('nothing', 'effect'),
  lostAfter: fc.option(fc.nat({ max: 7 }), { freq: 2 }),
  wakes,
  leavesOpen: fc.boolean(),
  stepMs: fc.constantFrom(0, 30, 400),
});

/** A seal is told as failed only by being lost: the store is away, or its answer was not heard. */
const sealFate: fc.Arbitrary<Fate> = fc
  .record({ lostAfter: fc.nat({ max: 4 }), wakes })
  .map((chosen) => ({ ...WELL, stepMs: 30, ...chosen }));

/** Most runs make few calls. */
const call = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 14 }));
const run: fc.Arbitrary<RunPlan> = fc.record({
  crashesAfter: fc.array(call, { maxLength: 3 }),
  cancelAt: rarely(call),
  terminate: rarely(fc.record({ call, steps: fc.integer({ min: -1, max: 7 }) })),
  fullAfter: rarely(fc.integer({ min: 1, max: 8 })),
  resumesAfterMs: fc.constantFrom(0, 0, 5_000),
});

export const plans: fc.Arbitrary<Plan> = fc.record({
  level: fc.constantFrom<Level[]>('plain', 'transactional', 'compensated', 'both'),
  maximumAttempts: fc.integer({ min: 1, max: 4 }),
  maximumCompensations: fc.integer({ min: 1, max: 3 }),
  deadlineMs: rarely(fc.constantFrom(0, 500, 1_500, 3_000, 8_000)),
  attempts: fc.array(fate, { maxLength: 6 }),
  compensations: fc.array(fate, { maxLength: 4 }),
  seals: fc.array(sealFate, { maxLength: 3 }),
  runs: fc.array(run, { minLength: 1, maxLength: 4 }),
  reconcilerWaits: fc.nat({ max: 20 }),
});
