import type { HistoryEvent } from '../audit/index.ts';
import { outcomeOf } from '../audit/index.ts';
import type {
  AttemptEnvelope,
  InvocationEnvelope,
  SettleEnvelope,
  UnsettledAttempt,
  WorkflowEnvelope,
} from '../core/envelope.ts';
import { needsSettling } from '../core/safety.ts';
import { invocationToken } from '../core/token.ts';
import type { TemporalConnection } from './connection.ts';
import { readRecord, readRun } from './history.ts';
import { invocationIdOf } from './ids.ts';
import { readPayloads } from './payloads.ts';
import { readSteps } from './recorded-steps.ts';
import { resetInto } from './find.ts';
import { unsettledOf } from './unsettled-steps.ts';

export interface RunOf {
  workflowId: string;
  runId: string;
}

/** What is needed to settle a run: all of it is on its own record. */
export interface UnsettledRun extends RunOf {
  name: string;
  /** False when a run between it and the one that was asked about had another input. */
  sameInput: boolean;
  kind: 'action' | 'workflow';
  invocationId: string;
  input: unknown;
  envelope: InvocationEnvelope | SettleEnvelope;
}

/**
 * What a closed run has left open, or the run before it where this one has begun nothing: it may have been ended while it
 * settled that. Undefined when it ended in order, has begun nothing, or was reset into another run.
 */
export async function readUnsettled(
  temporal: TemporalConnection,
  { workflowId, runId }: RunOf,
): Promise<UnsettledRun | undefined> {
  const events = await readRun(temporal, { workflowId, firstRunId: runId }, runId);
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const name = started?.workflowType?.name ?? '';
  const [input, envelope] = readPayloads(started?.input) as [unknown, Envelope | undefined];
  if (!envelope) return undefined;
  const firstRunId = started?.firstExecutionRunId ?? runId;
  const left = isOfAction(envelope)
    ? leftByAction(events, { name, input, envelope, firstRunId })
    : await leftByWorkflow(temporal, envelope, { workflowId, firstRunId });
  if (left === 'nothing') return undefined;
  if (left === 'not begun') return await readBefore(temporal, workflowId, envelope);
  const error = errorOf(events.at(-1));
  // A reset goes on in another run, with the same token.
  if (!error || (await resetInto(temporal, { workflowId, firstRunId }, runId))) return undefined;
  const invocationId = invocationIdOf({ workflowId, firstRunId });
  const told = left({ invocationId, error });
  return { workflowId, runId, name, sameInput: true, invocationId, ...told };
}

/** What a workflow has left that completed, and is taken back all the same; undefined where that is nothing. */
export async function readTakenBack(
  temporal: TemporalConnection,
  { workflowId, firstRunId, runId }: RunOf & { firstRunId: string },
  error: UnsettledAttempt['error'],
): Promise<UnsettledRun | undefined> {
  const events = await readRun(temporal, { workflowId, firstRunId }, runId);
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const name = started?.workflowType?.name ?? '';
  const envelope = readPayloads(started?.input)[1] as WorkflowEnvelope;
  const left = await leftByWorkflow(temporal, envelope, { workflowId, firstRunId });
  if (typeof left === 'string') return undefined;
  const invocationId = invocationIdOf({ workflowId, firstRunId });
  return { workflowId, runId, name, sameInput: true, invocationId, ...left({ invocationId, error }) };
}

type Envelope = InvocationEnvelope | WorkflowEnvelope;
const isOfAction = (envelope: Envelope): envelope is InvocationEnvelope => 'policy' in envelope;

type Told = (
  of: Pick<UnsettledAttempt, 'invocationId' | 'error'>,
) => Pick<UnsettledRun, 'kind' | 'input' | 'envelope'>;
type Left = Told | 'nothing' | 'not begun';

function leftByAction(
  events: HistoryEvent[],
  run: { name: string; input: unknown; envelope: InvocationEnvelope; firstRunId: string },
): Left {
  const { name, input = null, envelope, firstRunId } = run;
  if (!needsSettling(envelope.safety)) return 'nothing';
  const open = lastAttempt(events, name) ?? attemptBefore(envelope, name, firstRunId);
  if (!open) return 'not begun';
  const { token, attempt } = open;
  return (of) => ({
    kind: 'action',
    input,
    envelope: { ...kept(envelope), settles: { ...of, token, attempt } },
  });
}

async function leftByWorkflow(
  temporal: TemporalConnection,
  { version, caller, recordLimit }: WorkflowEnvelope,
  run: { workflowId: string; firstRunId: string },
): Promise<Left> {
  const record = readSteps((await readRecord(temporal, run)).runs);
  if (record.steps.size === 0) return 'not begun';
  if (unsettledOf(record, new Set()).length === 0) return 'nothing';
  return (of) => ({
    kind: 'workflow',
    input: null,
    envelope: {
      version,
      caller,
      settlesWorkflow: { ...of, ...run, earlier: [] },
      ...(recordLimit !== undefined && { recordLimit }),
    },
  });
}

async function readBefore(
  temporal: TemporalConnection,
  workflowId: string,
  { predecessor }: Envelope,
): Promise<UnsettledRun | undefined> {
  if (!predecessor) return undefined;
  const { runId, sameInput } = predecessor;
  const before = await readUnsettled(temporal, { workflowId, runId });
  return before && { ...before, sameInput: before.sameInput && sameInput };
}

/** What was told of the invocation, where that leaves something to settle. */
function errorOf(last: HistoryEvent | undefined): UnsettledAttempt['error'] | undefined {
  const { status, error } = outcomeOf(last ?? {}, { decode: readPayloads });
  const isFromOutside = last?.workflowExecutionTimedOutEventAttributes || status === 'terminated';
  const isUnfinished = error?.code === 'COMPENSATION_FAILED';
  return isFromOutside || isUnfinished ? (error ?? undefined) : undefined;
}

/** Also one that no worker had begun as far as is on record: it may have begun a moment later. */
function lastAttempt(events: HistoryEvent[], name: string): AttemptEnvelope | undefined {
  const scheduled = events.findLast(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === name,
  );
  const input = scheduled?.activityTaskScheduledEventAttributes?.input;
  return readPayloads(input)[1] as AttemptEnvelope | undefined;
}

/** Of the run before this one; a compensated attempt was settled there. */
function attemptBefore({ resume, safety }: InvocationEnvelope, name: string, firstRunId: string) {
  if (!resume || safety?.compensate) return undefined;
  return { attempt: resume.attempt - 1, token: invocationToken(name, firstRunId, resume.epoch) };
}

function kept(envelope: InvocationEnvelope): InvocationEnvelope {
  const { resume: _, predecessor: __, local: ___, deadlineMs: ____, ...rest } = envelope;
  return rest;
}
