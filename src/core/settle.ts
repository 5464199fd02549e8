import type { AttemptReport } from './envelope.ts';
import type { Failure } from './failure.ts';
import type { Safety } from './safety.ts';
import { needsSeal } from './safety.ts';

/** An attempt of which nobody knows yet that it can no longer act, or whose effect has not been taken back. */
export interface OpenAttempt {
  attempt: number;
  epoch: number;
}

export interface FailedAttempt extends OpenAttempt {
  failure: Failure;
}

/** What settling needs from the world it runs in. None of it can be cancelled, and none of it rejects. */
export interface Settlement {
  readonly safety: Safety;
  /** Once this says `sealed`, nothing of that token can commit any more. It takes as long as the store is away. */
  seal(open: OpenAttempt): Promise<SealOutcome>;
  /** Takes the attempt back, as often as the compensation's own policy allows. */
  compensate(failed: FailedAttempt): Promise<CompensationOutcome>;
}

export type SealOutcome =
  /** `unknownCalls`: outside calls (`ctx.once`) of which nobody knows whether they arrived. */
  | { status: 'sealed'; unknownCalls?: readonly { name: string; attempt: number }[] }
  | ({ status: 'committed' } & AttemptReport);

export type CompensationOutcome =
  { status: 'completed' } | { status: 'failed'; failure: Failure; error: unknown };

export type Settled =
  /** It had committed before the seal: the attempt is a success, whatever was heard of it. */
  | ({ status: 'completed' } & AttemptReport)
  /** Nothing of it is left; the next attempt has this epoch. */
  | { status: 'settled'; epoch: number }
  | { status: 'failed'; failure: Failure; error: unknown };

/**
 * What comes between an attempt that did not complete and the telling of it: first nothing can happen any more, then
 * what had happened is taken back. In this order, or a late commit would undo the compensation.
 */
export async function settle(settlement: Settlement, failed: FailedAttempt): Promise<Settled> {
  const { safety } = settlement;
  if (needsSeal(safety)) {
    const sealed = await settlement.seal(failed);
    if (sealed.status === 'committed') return { ...sealed, status: 'completed' };
  }
  if (!safety.compensate) return { status: 'settled', epoch: failed.epoch };
  const outcome = await settlement.compensate(failed);
  if (outcome.status === 'completed') return { status: 'settled', epoch: failed.epoch + 1 };
  return {
    status: 'failed',
    failure: compensationFailed(failed.failure, outcome.failure),
    error: outcome.error,
  };
}

type Why = Pick<Failure, 'type' | 'message'>;

export const compensationFailed = (attempt: Why, compensation: Why): Failure => ({
  code: 'COMPENSATION_FAILED',
  type: 'CompensationFailed',
  message: `The attempt failed (${attempt.type}: ${attempt.message}), and taking it back failed finally: ${compensation.type}: ${compensation.message}. Its effects may remain; compensate it again once the cause is gone.`,
  nonRetryable: true,
});
