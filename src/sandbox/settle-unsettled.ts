import { workflowInfo } from '@temporalio/workflow';
import type { InvocationEnvelope, SettledOutcome, UnsettledAttempt } from '../core/envelope.ts';
import { SETTLE } from '../core/envelope.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Failure } from '../core/failure.ts';
import { settle } from '../core/settle.ts';
import { releaseEnqueued } from './enqueued.ts';
import { ActivitySettlement } from './settlement.ts';
import { workflowFailure } from './workflow-failure.ts';

/** Settles the last attempt of an invocation that was ended from outside, as an invocation of its own. */
export async function settleUnsettled(
  input: unknown,
  envelope: InvocationEnvelope,
  unsettled: UnsettledAttempt,
): Promise<SettledOutcome> {
  const { workflowType, firstExecutionRunId: firstRunId } = workflowInfo();
  const { token, attempt, error } = unsettled;
  const name = workflowType.slice(0, -SETTLE.length);
  const failure: Failure = { ...error, code: error.code as ErrorCode, nonRetryable: true };
  const settlement = new ActivitySettlement({ name, input, envelope, tokenOf: () => token, firstRunId });
  const settled = await settle(settlement, { attempt, epoch: 0, failure });
  if (settled.status === 'failed') throw workflowFailure(settled.failure, attempt, settled.error);
  if (settled.status === 'settled')
    return { outcome: envelope.safety?.compensate ? 'compensated' : 'sealed' };
  return { outcome: 'committed', output: await releaseEnqueued(settled) };
}
