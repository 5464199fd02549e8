import { randomUUID } from 'node:crypto';
import type { ApprovalAnswer } from '../../core/approval.ts';
import { APPROVALS_KEY, APPROVE } from '../../core/approval.ts';
import type { InvocationMemo, WorkflowEnvelope } from '../../core/envelope.ts';
import { MEMO_KEY, STATE_KEY } from '../../core/envelope.ts';
import type { Failure } from '../../core/failure.ts';
import { toFailure } from '../../core/failure.ts';
import type { AnyWorkflow } from '../../core/workflow-definition.ts';
import type { EventId } from '../record.ts';
import { encode, encodeFailure, TEST_CALLER, TestRecord } from '../record.ts';

const KEYS = { state: STATE_KEY, approvals: APPROVALS_KEY };

/** The history of a workflow, in Temporal's events. */
export class WorkflowRecord extends TestRecord {
  start({ name, version }: AnyWorkflow, input: unknown, deadlineMs: number | undefined): void {
    const deadline = deadlineMs === undefined ? {} : { deadlineMs };
    const memo: InvocationMemo = {
      kind: 'workflow',
      version,
      caller: TEST_CALLER,
      settle: true,
      ...deadline,
    };
    const envelope: WorkflowEnvelope = { version, caller: TEST_CALLER, ...deadline };
    this.add({
      workflowExecutionStartedEventAttributes: {
        workflowType: { name },
        firstExecutionRunId: this.firstRunId,
        input: encode(input, envelope),
        memo: { fields: { [MEMO_KEY]: encode(memo).payloads[0]! } },
      },
    });
  }

  /** By which the audit tells that a step has ended for good: nothing of it has followed. */
  endTask(): void {
    this.add({ workflowTaskCompletedEventAttributes: {} });
  }

  endTimer(startedEventId: EventId, hasFired: boolean): void {
    this.add(
      hasFired
        ? { timerFiredEventAttributes: { startedEventId } }
        : { timerCanceledEventAttributes: { startedEventId } },
    );
  }

  signal(name: string, payload: unknown): void {
    this.add({
      workflowExecutionSignaledEventAttributes: {
        signalName: name,
        input: encode(payload),
        identity: TEST_CALLER,
      },
    });
  }

  decide(answer: ApprovalAnswer): EventId {
    const meta = { updateId: randomUUID(), identity: 'test' };
    return this.add({
      workflowExecutionUpdateAcceptedEventAttributes: {
        protocolInstanceId: meta.updateId,
        acceptedRequest: { meta, input: { name: APPROVE, args: encode(answer) } },
      },
    });
  }

  decided(acceptedEventId: EventId): void {
    this.add({
      workflowExecutionUpdateCompletedEventAttributes: {
        acceptedEventId,
        outcome: { success: encode(null) },
      },
    });
  }

  upsertMemo(key: keyof typeof KEYS, value: unknown): void {
    const fields = { [KEYS[key]]: encode(value).payloads[0]! };
    this.add({ workflowPropertiesModifiedEventAttributes: { upsertedMemo: { fields } } });
  }

  cancelRequested(): void {
    this.add({ workflowExecutionCancelRequestedEventAttributes: { identity: TEST_CALLER } });
  }

  close(output: unknown): void {
    this.add({ workflowExecutionCompletedEventAttributes: { result: encode(output) } });
  }

  /** `error` is what the failure follows from. */
  fail({ stack: _, ...failure }: Failure, error: unknown): void {
    const told = encodeFailure({ ...failure, cause: toFailure(error) }, { attempts: 1 });
    this.add({ workflowExecutionFailedEventAttributes: { failure: told } });
  }

  cancelled(): void {
    this.add({ workflowExecutionCanceledEventAttributes: {} });
  }
}
