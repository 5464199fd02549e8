import type { StagedInvocation, UnsettledWorkflow } from '../core/envelope.ts';
import { needsSeal } from '../core/safety.ts';
import type { UnsettledPage, UnsettledStep } from '../core/unsettled.ts';
import type { TemporalConnection } from './connection.ts';
import { readRecord } from './history.ts';
import { actionQueue } from './queues.ts';
import { keyOf, readSteps } from './recorded-steps.ts';
import type { RecordedStep, StepRecord } from './step-record.ts';

/** A page travels in one result, which may have 2 MiB. */
const PAGE_BYTES = 1_000_000;
const PAGE_STEPS = 100;
/** What is larger is read by whoever takes the step back. */
const INLINE_BYTES = 400_000;

/** What is left to settle of a workflow: what was open, the last begun first; then what completed, last first. */
export function unsettledOf(record: StepRecord, settled: ReadonlySet<string>): RecordedStep[] {
  const isSettled = (step: RecordedStep, what: 'sealed' | 'taken-back') =>
    settled.has(keyOf(step.mark.path, step.meta.attempt, what));
  const left = [...record.steps.values()].filter((step) => {
    const { safety = {} } = step.mark;
    if (step.isTakenBack || isSettled(step, 'taken-back')) return false;
    if (step.calledId !== undefined) return true;
    if (safety.compensate) return true;
    if (step.state === 'completed') return notStarted(step, record).length > 0;
    return needsSeal(safety) && !step.isSealed && !isSettled(step, 'sealed');
  });
  const open = left.filter(({ state }) => state === 'open').sort((a, b) => b.mark.seq - a.mark.seq);
  const completed = left.filter(({ state }) => state === 'completed');
  return [...open, ...completed.sort((a, b) => b.completedAt - a.completedAt)];
}

const notStarted = ({ enqueued }: RecordedStep, { started }: StepRecord): StagedInvocation[] =>
  enqueued.filter(({ workflowId }) => !started.has(workflowId));

export interface PageOf {
  unsettled: UnsettledWorkflow;
  /** The workflow id of what settles it. */
  settling: string;
  project: string;
  from: number;
}

/** The record has ended, so the same `from` is the same step at every reading. */
export async function readUnsettledPage(
  temporal: TemporalConnection,
  { unsettled, settling, project, from }: PageOf,
): Promise<UnsettledPage> {
  const { workflowId, firstRunId, earlier } = unsettled;
  const record = readSteps((await readRecord(temporal, { workflowId, firstRunId })).runs);
  const settled = new Set<string>();
  for (const run of earlier) {
    const tried = readSteps((await readRecord(temporal, { workflowId: settling, firstRunId: run })).runs);
    for (const key of tried.settled) settled.add(key);
  }
  const all = unsettledOf(record, settled);
  const steps: UnsettledStep[] = [];
  for (let bytes = 0; steps.length < PAGE_STEPS && from + steps.length < all.length;) {
    const step = toUnsettled(all[from + steps.length]!, record, { workflowId, firstRunId, project });
    bytes += bytesOf(step);
    if (steps.length > 0 && bytes > PAGE_BYTES) break;
    steps.push(step);
  }
  const next = from + steps.length;
  return { steps, next: next < all.length ? next : null };
}

function toUnsettled(
  step: RecordedStep,
  record: StepRecord,
  { workflowId, firstRunId, project }: { workflowId: string; firstRunId: string; project: string },
): UnsettledStep {
  const { name, mark, state, meta, input, output, calledId } = step;
  const { attempt, token, version, caller = 'local' } = meta;
  const called =
    calledId === undefined ? {} : { called: { workflowId: calledId, hasCompleted: state === 'completed' } };
  const enqueued = notStarted(step, record);
  const carried =
    bytesOf(input) + bytesOf(output) <= INLINE_BYTES
      ? { input, output }
      : { input: null, output: null, recall: { workflowId, firstRunId, path: mark.path, attempt } };
  return {
    ...{ name, mark, state, attempt, token, version, caller, queue: actionQueue(project, name) },
    ...carried,
    ...called,
    ...(enqueued.length > 0 && { enqueued }),
  };
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');
