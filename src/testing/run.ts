import { readInvocation, toEntries } from '../audit/index.ts';
import type { Transaction } from '../core/context.ts';
import type { AnyAction } from '../core/definition.ts';
import type { InvocationMemo } from '../core/envelope.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import type { LoopResult } from '../core/loop.ts';
import { runAttempts } from '../core/loop.ts';
import { needsSettling } from '../core/safety.ts';
import type { Secrets } from '../core/secrets.ts';
import { invocationToken } from '../core/token.ts';
import { deadlinePassed } from '../core/wording.ts';
import { TestClock } from './clock.ts';
import { compensatorOf } from './compensator.ts';
import type { TestEnqueued } from './enqueued.ts';
import { releaseEnqueued } from './enqueued.ts';
import type { FaultOf } from './faults.ts';
import type { TestLogLine } from './logbook.ts';
import { tellFailure } from './notice.ts';
import { Player } from './player.ts';
import { encode, encodeFailure, reading, TEST_CALLER, TestRecord } from './record.ts';
import { TestSettlement } from './settlement.ts';
import { readAttempts, readCalls } from './test-run.ts';
import type { TestRun } from './test-run.ts';
import { Cancelled, TestWorld } from './world.ts';

export interface RunOptions {
  action: AnyAction;
  input: unknown;
  faultOf: FaultOf;
  /** Of what takes an attempt back. */
  compensationFaultOf: FaultOf;
  cancelAfterMs: number | undefined;
  deadlineMs: number | undefined;
  patienceMs: number;
  tx: Transaction | undefined;
  secrets: Secrets | undefined;
}

export async function runOnTestClock(options: RunOptions): Promise<TestRun<unknown>> {
  const { action, cancelAfterMs, deadlineMs } = options;
  const record = new TestRecord(action.name);
  writeStart(record, options);
  const clock = new TestClock(record, cancelAfterMs);
  const player = new Player({ ...options, record });
  const { policy, name } = action;
  const tokenOf = ({ epoch }: { epoch: number }) => invocationToken(name, record.firstRunId, epoch);
  const around = { ...options, record, clock, player, policy, tokenOf };
  const world = new TestWorld(around);
  const compensator = compensatorOf(action);
  const settlement = new TestSettlement({ ...around, compensator, faultOf: options.compensationFaultOf });
  const loop = runAttempts(world, policy, {
    deadlineAt: deadlineMs === undefined ? undefined : record.now() + deadlineMs,
    settlement: needsSettling(action.safety) ? settlement : undefined,
  });
  const enqueued = await writeEnd(record, loop, options);
  player.checkCrashes();
  const entries = toEntries(record.history, reading);
  return {
    ...readInvocation(record.history, reading),
    attempts: readAttempts(world.seen, entries),
    tokens: [...new Set(world.seen.map(({ idempotencyKey }) => idempotencyKey))],
    waits: world.waits,
    compensations: settlement.compensations,
    enqueued: [...settlement.enqueued, ...enqueued],
    calls: readCalls(entries),
    entries,
    logs: player.logbook.lines as TestLogLine[],
  };
}

function writeStart(record: TestRecord, { action, input }: RunOptions): void {
  const { name, version } = action;
  const memo: InvocationMemo = { kind: 'action', version, caller: TEST_CALLER };
  record.add({
    workflowExecutionStartedEventAttributes: {
      workflowType: { name },
      firstExecutionRunId: record.firstRunId,
      input: encode(input),
      memo: { fields: { [MEMO_KEY]: encode(memo).payloads[0]! } },
    },
  });
}

/** As sandbox/invoke-action.ts closes an invocation; returns what it started at its end. */
async function writeEnd(
  record: TestRecord,
  loop: Promise<LoopResult>,
  { action: { name, onFailure }, input }: RunOptions,
): Promise<TestEnqueued[]> {
  try {
    const result = await loop;
    if (result.status === 'continued') throw new Error('A test run is never continued as new.');
    if (result.status === 'completed') {
      const enqueued = releaseEnqueued(record, result.enqueued ?? []);
      record.add({ workflowExecutionCompletedEventAttributes: { result: encode(result.output) } });
      return enqueued;
    }
    const { attempts } = result;
    const failure = toInvocationFailure(result);
    const token = invocationToken(name, record.firstRunId);
    const told = tellFailure(record, onFailure, { name, input, failure, attempts, token });
    record.add({
      workflowExecutionFailedEventAttributes: { failure: encodeFailure(failure, { attempts }) },
    });
    return told;
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    record.add({ workflowExecutionCanceledEventAttributes: {} });
  }
  return [];
}

/** In the words of sandbox/workflow-failure.ts. */
function toInvocationFailure(result: Extract<LoopResult, { attempts: number }>): Failure {
  const { status, failure, attempts } = result;
  return status === 'failed' ? failure : deadlinePassed(attempts, failure);
}
