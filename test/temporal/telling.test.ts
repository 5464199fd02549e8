import { expect, test, vi } from 'vitest';
import { APPROVALS_KEY } from '../../src/core/approval.ts';
import { MEMO_KEY } from '../../src/core/envelope.ts';
import type { TemporalConnection } from '../../src/temporal/connection.ts';
import { sendDecision } from '../../src/temporal/decide.ts';
import { GRPC } from '../../src/temporal/grpc.ts';
import { invocationIdOf } from '../../src/temporal/ids.ts';
import { readPayloads, toPayload } from '../../src/temporal/payloads.ts';
import { sendSignal } from '../../src/temporal/signal.ts';

const FIRST = '01a20782-1a3c-7000-8000-000000000001';
const ID = invocationIdOf({ workflowId: 'customer.refund/local/key=k', firstRunId: FIRST });
const request = { name: 'refund', digest: 'd', subject: null, approvers: null, state: 'open' };

const refusal = (code: number, message: string) => Object.assign(new Error(message), { code });
const lost = () => refusal(GRPC.NOT_FOUND, 'workflow execution already completed');

/** One run of the invocation, as Temporal describes it. */
const run = (runId: string, isOpen = true, approvals = [request]) => ({
  workflowExecutionInfo: {
    execution: { runId },
    firstRunId: FIRST,
    closeTime: isOpen ? null : { seconds: 1 },
    taskQueue: 'project/build/b1',
    memo: {
      fields: {
        [MEMO_KEY]: toPayload({ kind: 'workflow', version: '1', caller: 'local' }),
        [APPROVALS_KEY]: toPayload(approvals),
      },
    },
  },
});

type Calls = Record<string, (request: { workflowExecution?: { runId: string } }) => unknown>;

/** Temporal, where it has to be caught at one moment: what it answers, call after call. */
const temporalThat = (calls: Calls): TemporalConnection =>
  ({
    connection: { withDeadline: (_: number, request: () => unknown) => request() },
    service: {
      describeTaskQueue: async () => ({ pollers: [{ lastAccessTime: { seconds: Date.now() / 1_000 } }] }),
      ...Object.fromEntries(
        Object.entries(calls).map(([name, answer]) => [name, async (given: never) => answer(given)]),
      ),
    },
    namespace: 'default',
    identity: 'test',
  }) as unknown as TemporalConnection;

const decide = (temporal: TemporalConnection) =>
  sendDecision(temporal, ID, 'refund', { digest: 'd', approved: true }, 'ada');

test('what is told while the invocation continues in another run reaches that one', async () => {
  const [open, sentTo] = [['run-1', 'run-2'], [] as unknown[]];
  const temporal = temporalThat({
    describeWorkflowExecution: () => run(open.shift()!),
    signalWorkflowExecution: ({ workflowExecution }) => {
      sentTo.push(workflowExecution!.runId);
      if (workflowExecution!.runId === 'run-1') throw lost();
    },
  });
  await sendSignal(temporal, ID, { name: 'paid', payload: 1 }, 'ada');
  expect(sentTo).toEqual(['run-1', 'run-2']);
});

test('a signal that has a key takes it along, since Temporal forgets that with the run', async () => {
  const sent: { input: unknown; requestId: string }[] = [];
  const temporal = temporalThat({
    describeWorkflowExecution: () => run('run-1'),
    signalWorkflowExecution: (request) => sent.push(request as never),
  });
  for (const idempotencyKey of ['k', 'k', undefined])
    await sendSignal(temporal, ID, { name: 'paid', payload: 1, idempotencyKey }, 'ada');
  const [first, second, without] = sent.map(({ input }) => readPayloads(input as never));
  expect(first).toEqual([1, { key: sent[0]!.requestId }]);
  expect(second).toEqual(first);
  expect(without).toEqual([1]);
});

test('what is told at the moment of the end is refused as closed', async () => {
  const isOpen = [true, false];
  const temporal = temporalThat({
    describeWorkflowExecution: () => run('run-1', isOpen.shift()),
    signalWorkflowExecution: () => {
      throw lost();
    },
    updateWorkflowExecution: () => {
      throw lost();
    },
  });
  const sent = sendSignal(temporal, ID, { name: 'paid', payload: 1 }, 'ada');
  await expect(sent).rejects.toMatchObject({ code: 'INVOCATION_CLOSED' });
  isOpen.push(true, false);
  await expect(decide(temporal)).rejects.toMatchObject({ code: 'INVOCATION_CLOSED' });
});

test('a run that is open and not found is not asked for ever', async () => {
  const temporal = temporalThat({
    describeWorkflowExecution: () => run('run-1'),
    signalWorkflowExecution: () => {
      throw lost();
    },
  });
  await expect(sendSignal(temporal, ID, { name: 'paid', payload: 1 }, 'ada')).rejects.toThrow(
    'already completed',
  );
});

test('a decision goes on while Temporal is busy with others, had to try its task again, or has not been answered', async () => {
  const answers = [
    refusal(GRPC.RESOURCE_EXHAUSTED, 'ten at a time'),
    refusal(GRPC.FAILED_PRECONDITION, 'unexpected workflow task failure'),
    { outcome: null },
    { outcome: { success: {} } },
  ];
  const temporal = temporalThat({
    describeWorkflowExecution: () => run('run-1'),
    updateWorkflowExecution: () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  await decide(temporal);
  expect(answers).toEqual([]);
});

test('what the workflow refuses has its code, and what it cannot have said is no fault of the caller', async () => {
  const refusing = (type: string) =>
    temporalThat({
      describeWorkflowExecution: () => run('run-1'),
      updateWorkflowExecution: () => ({
        outcome: { failure: { message: 'Too late.', applicationFailureInfo: { type } } },
      }),
    });
  await expect(decide(refusing('APPROVAL_CONFLICT'))).rejects.toMatchObject({
    code: 'APPROVAL_CONFLICT',
    message: 'Too late.',
  });
  await expect(decide(refusing('TypeError'))).rejects.toMatchObject({ code: 'INTERNAL' });
});

test('a decision that no worker answers in time may still be taken, and its repeat is told that it was', async () => {
  const temporal = temporalThat({
    describeWorkflowExecution: () => run('run-1'),
    updateWorkflowExecution: () => {
      throw refusal(GRPC.DEADLINE_EXCEEDED, 'no answer');
    },
  });
  await expect(decide(temporal)).rejects.toMatchObject({
    code: 'WORKER_UNAVAILABLE',
    message: expect.stringContaining('may still be taken') as string,
  });
  const taken = temporalThat({
    describeWorkflowExecution: () => run('run-1', true, [{ ...request, state: 'decided' }]),
  });
  await expect(decide(taken)).rejects.toMatchObject({ code: 'APPROVAL_CONFLICT' });
});

test('without a worker a decision is not sent at all', async () => {
  const update = vi.fn();
  const temporal = temporalThat({
    describeWorkflowExecution: () => run('run-1'),
    describeTaskQueue: () => ({ pollers: [] }),
    updateWorkflowExecution: update,
  });
  await expect(decide(temporal)).rejects.toMatchObject({
    code: 'WORKER_UNAVAILABLE',
    message: expect.stringContaining('Nothing was decided') as string,
  });
  expect(update).not.toHaveBeenCalled();
});
