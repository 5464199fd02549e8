import { DoError } from '../core/errors.ts';

/**
 * Where an attempt loses its worker: before the handler has begun, at the handler's first wait, between a call by
 * `ctx.once` and its receipt, before or after the commit of a transactional action, or when everything is done and
 * nobody has been told. For a compensation the handler is what takes the attempt back.
 */
export type CrashPoint = (typeof CRASH_POINTS)[number];

const CRASH_POINTS = [
  'before-handler',
  'during-handler',
  'beforeReceipt',
  'beforeCommit',
  'afterCommit',
  'after-handler',
] as const;

const OF_STORE: readonly string[] = ['beforeReceipt', 'beforeCommit', 'afterCommit'];
const OF_COMMIT: readonly string[] = ['beforeCommit', 'afterCommit'];

/** The steps that an attempt takes in the database, if it gets there. */
export type StorePoint = Extract<CrashPoint, 'beforeReceipt' | 'beforeCommit' | 'afterCommit'>;

/** Throws `DEFINITION_INVALID` for a point that the function never reaches. */
export function checkPoint(
  option: string,
  point: string,
  { isTransactional }: { isTransactional: boolean },
): void {
  if (!(CRASH_POINTS as readonly string[]).includes(point)) {
    throw invalid(`Expected \`${option}\` to be one of ${CRASH_POINTS.join(', ')}, got ${point}.`);
  }
  if (isTransactional || !OF_COMMIT.includes(point)) return;
  throw invalid(
    `\`${option}\` is "${point}", but nothing is committed there: the action is not transactional.`,
  );
}

export const isStorePoint = (point: CrashPoint | undefined): point is StorePoint =>
  point !== undefined && OF_STORE.includes(point);

/** A crash that did not happen is told by the run, since the test would show something else than it says. */
export const missed = (what: string, point: StorePoint): DoError =>
  invalid(
    `${what} was to lose its worker at "${point}" and ended before it got there: ${
      point === 'beforeReceipt' ? 'no call by `ctx.once` was made.' : 'nothing was to be committed.'
    }`,
  );

const invalid = (message: string) => new DoError('DEFINITION_INVALID', message);
