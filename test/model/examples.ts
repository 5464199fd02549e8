import type { Mutation } from './mutations.ts';
import type { Fate, Plan, RunPlan } from './plan.ts';
import { QUIET, WELL } from './plan.ts';

type Short = Partial<Omit<Plan, 'attempts' | 'compensations' | 'seals' | 'runs'>> &
  Pick<Plan, 'level'> & {
    attempts?: Partial<Fate>[];
    compensations?: Partial<Fate>[];
    seals?: Partial<Fate>[];
    runs?: Partial<RunPlan>[];
  };

const fates = (short: Partial<Fate>[] = []): Fate[] => short.map((fate) => ({ ...WELL, ...fate }));

const planOf = ({ attempts, compensations, seals, runs = [{}], ...rest }: Short): Plan => ({
  maximumAttempts: 1,
  maximumCompensations: 1,
  deadlineMs: null,
  reconcilerWaits: 0,
  attempts: fates(attempts),
  compensations: fates(compensations),
  seals: fates(seals),
  runs: runs.map((run) => ({ ...QUIET, ...run })),
  ...rest,
});

const LOST: Partial<Fate> = { lostAfter: 0 };
const ZOMBIE: Partial<Fate> = { lostAfter: 0, wakes: [] };
const FAILS_HALFWAY: Partial<Fate> = { end: 'fails', failsAfter: 'effect' };
const CANNOT_BE_TAKEN_BACK: Partial<Fate>[] = [{ end: 'fails finally' }];
const endedAt = (call: number, steps: number): Partial<RunPlan> => ({ terminate: { call, steps } });
/** It has acted or committed, and nobody was told. */
const DONE_BUT_ENDED = endedAt(0, 7);

/** The shortest story in which each safety is missed. With it nothing goes wrong. */
export const MISSED: Record<Mutation, Plan> = {
  'the store has no fence': planOf({ level: 'transactional', attempts: [ZOMBIE] }),
  'a sealed token may be claimed': planOf({ level: 'transactional', attempts: [ZOMBIE] }),
  'a seal ends no holder': planOf({ level: 'transactional', attempts: [{ lostAfter: 2, wakes: [9] }] }),
  'the effect is committed outside the transaction': planOf({
    level: 'transactional',
    attempts: [FAILS_HALFWAY],
  }),
  'a failure is told before the seal': planOf({ level: 'transactional', attempts: [ZOMBIE] }),
  'what the seal found is ignored': planOf({ level: 'transactional', attempts: [{ lostAfter: 4 }] }),
  'compensation comes before the seal': planOf({ level: 'both', attempts: [ZOMBIE] }),
  'compensation is skipped': planOf({ level: 'compensated', attempts: [FAILS_HALFWAY] }),
  'a compensation that failed finally is told as done': planOf({
    level: 'compensated',
    attempts: [FAILS_HALFWAY],
    compensations: CANNOT_BE_TAKEN_BACK,
  }),
  'the epoch is not raised': planOf({ level: 'compensated', maximumAttempts: 2, attempts: [LOST] }),
  'every attempt has a token of its own': planOf({
    level: 'transactional',
    maximumAttempts: 2,
    attempts: [ZOMBIE],
  }),
  'the sink does not bar a released token': planOf({ level: 'compensated', attempts: [ZOMBIE] }),
  'a cancelled invocation is not settled': planOf({
    level: 'transactional',
    attempts: [ZOMBIE],
    runs: [{ cancelAt: 0 }],
  }),
  'a repeat does not settle the run before it': planOf({
    level: 'transactional',
    runs: [DONE_BUT_ENDED, {}],
  }),
  'a repeat settles only the run directly before it': planOf({
    level: 'transactional',
    runs: [DONE_BUT_ENDED, endedAt(0, 0), {}],
  }),
  'a repeat settles no run that was told of': planOf({
    level: 'transactional',
    runs: [DONE_BUT_ENDED, { cancelAt: 0 }, {}],
  }),
  'the reconciler is off': planOf({ level: 'compensated', runs: [DONE_BUT_ENDED] }),
  'the loop reads the wall clock on replay': planOf({
    level: 'plain',
    deadlineMs: 3_000,
    attempts: [LOST],
    runs: [{ crashesAfter: [0] }],
  }),
};

/** Further stories that have to end well. */
export const STORIES: Record<string, Plan> = {
  'a zombie ends the transaction of the attempt that came after it': planOf({
    level: 'transactional',
    maximumAttempts: 3,
    attempts: [{ lostAfter: 0, wakes: [1, 3, 1, 1, 1, 1, 1] }, { stepMs: 30 }],
  }),
  'an attempt whose host has vanished holds the token when it is sealed': planOf({
    level: 'both',
    attempts: [{ lostAfter: 3, leavesOpen: true }],
  }),
  'a seal that was not heard is repeated while its first try still waits': planOf({
    level: 'transactional',
    attempts: [{ lostAfter: 2, wakes: [2, 9, 9] }],
    seals: [
      { lostAfter: 2, wakes: [1, 1, 1] },
      { lostAfter: 4, wakes: null },
    ],
  }),
  'a compensation of which nobody heard releases again after the next attempt holds': planOf({
    level: 'compensated',
    maximumAttempts: 2,
    maximumCompensations: 2,
    attempts: [FAILS_HALFWAY],
    compensations: [{ lostAfter: 1, wakes: [6, 1] }],
  }),
  'what could not be taken back is taken back before the second repeat acts': planOf({
    level: 'compensated',
    compensations: CANNOT_BE_TAKEN_BACK,
    runs: [DONE_BUT_ENDED, {}, {}],
  }),
  'the deadline passes while nobody takes up a continued run': planOf({
    level: 'transactional',
    maximumAttempts: 3,
    deadlineMs: 3_000,
    attempts: [ZOMBIE],
    runs: [{ fullAfter: 1, resumesAfterMs: 5_000 }],
  }),
  'a run is ended after it was continued and before its next attempt': planOf({
    level: 'transactional',
    maximumAttempts: 3,
    attempts: [ZOMBIE],
    runs: [{ fullAfter: 1, ...endedAt(2, -1) }, {}],
  }),
};
