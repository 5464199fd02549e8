import type { HistoryEvent } from '../audit/index.ts';
import { memoOf } from '../audit/index.ts';
import { readPayloads } from './payloads.ts';
import type { RecordedStep, StepRecord } from './step-record.ts';

type Initiated = NonNullable<HistoryEvent['startChildWorkflowExecutionInitiatedEventAttributes']>;

/** The workflows that one run of another one has called. What has not completed is no step to settle: it settles itself. */
export class RecordedCalls {
  readonly #record: StepRecord;
  readonly #paths = new Map<string, string>();

  constructor(record: StepRecord) {
    this.#record = record;
  }

  read(event: HistoryEvent): void {
    const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
    if (initiated) return this.#begin(String(event.eventId), initiated);
    const completed = this.#step(event.childWorkflowExecutionCompletedEventAttributes);
    if (completed) Object.assign(completed, { state: 'completed', completedAt: ++this.#record.completions });
    const ended = this.#step(unfinishedOf(event));
    if (ended) this.#record.steps.delete(ended.mark.path);
  }

  #begin(eventId: string, { memo, workflowType, workflowId }: Initiated): void {
    const { step, version, caller } = memoOf(memo, { decode: readPayloads });
    if (!step) return;
    this.#paths.set(eventId, step.path);
    this.#record.steps.set(step.path, {
      ...BEGUN,
      name: workflowType?.name ?? '',
      mark: step,
      meta: {
        ...{ attempt: 1, maximumAttempts: 1, version, caller, step },
        // Of which its id ends.
        token: (workflowId ?? '').split('/').slice(2).join('/'),
        firstRunId: '',
      },
      calledId: workflowId ?? '',
    });
  }

  #step(of: { initiatedEventId?: unknown } | null | undefined): RecordedStep | undefined {
    const path = of ? this.#paths.get(String(of.initiatedEventId)) : undefined;
    return path === undefined ? undefined : this.#record.steps.get(path);
  }
}

const BEGUN: Pick<
  RecordedStep,
  'state' | 'completedAt' | 'input' | 'output' | 'enqueued' | 'isSealed' | 'isTakenBack'
> = {
  state: 'open',
  completedAt: 0,
  // Whoever takes it back reads them from its own record.
  input: null,
  output: null,
  enqueued: [],
  isSealed: false,
  isTakenBack: false,
};

const unfinishedOf = (event: HistoryEvent): { initiatedEventId?: unknown } | null | undefined =>
  event.childWorkflowExecutionFailedEventAttributes ??
  event.childWorkflowExecutionCanceledEventAttributes ??
  event.childWorkflowExecutionTerminatedEventAttributes ??
  event.childWorkflowExecutionTimedOutEventAttributes ??
  event.startChildWorkflowExecutionFailedEventAttributes;
