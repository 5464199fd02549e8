import type { HistoryEvent } from '../audit/index.ts';
import type { AttemptEnvelope, AttemptReport } from '../core/envelope.ts';
import { HANDED_BACK, SEAL, unpackReport } from '../core/envelope.ts';
import type { SealOutcome } from '../core/settle.ts';
import type { StepMark } from '../core/step.ts';
import { readPayloads } from './payloads.ts';
import { RecordedCalls } from './recorded-calls.ts';
import type { RecordedStep, StepRecord } from './step-record.ts';

export const keyOf = (path: string, attempt: number, what: 'sealed' | 'taken-back'): string =>
  `${path} ${attempt} ${what}`;

/** The steps of a workflow as the runs of its record tell them. */
export function readSteps(runs: readonly HistoryEvent[][]): StepRecord {
  const record: StepRecord = { steps: new Map(), completions: 0, started: new Set(), settled: new Set() };
  for (const events of runs) new RunOfSteps(record).read(events);
  return record;
}

interface Scheduled {
  role: 'attempt' | 'seal' | 'compensation';
  meta: AttemptEnvelope & { step: StepMark };
}

/** One run: events name what they belong to by numbers of their own run. */
class RunOfSteps {
  readonly #record: StepRecord;
  readonly #scheduled = new Map<string, Scheduled>();
  readonly #called: RecordedCalls;

  constructor(record: StepRecord) {
    this.#record = record;
    this.#called = new RecordedCalls(record);
  }

  read(events: readonly HistoryEvent[]): void {
    for (const event of events) {
      const { activityTaskCompletedEventAttributes: completed, activityTaskFailedEventAttributes: failed } =
        event;
      const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
      this.#called.read(event);
      if (event.activityTaskScheduledEventAttributes) this.#schedule(event);
      if (completed) this.#complete(String(completed.scheduledEventId), readPayloads(completed.result)[0]);
      if (failed?.failure?.applicationFailureInfo?.type === HANDED_BACK)
        this.#handBack(String(failed.scheduledEventId));
      if (child?.workflowId) this.#record.started.add(child.workflowId);
    }
  }

  #schedule({ eventId, activityTaskScheduledEventAttributes: scheduled }: HistoryEvent): void {
    const [input, envelope] = readPayloads(scheduled?.input) as [unknown, AttemptEnvelope | undefined];
    if (!envelope?.step) return;
    const meta = { ...envelope, step: envelope.step };
    const type = scheduled?.activityType?.name ?? '';
    const role = type.endsWith(SEAL) ? 'seal' : meta.compensates ? 'compensation' : 'attempt';
    this.#scheduled.set(String(eventId), { role, meta });
    if (role === 'attempt') this.#record.steps.set(meta.step.path, begun(type, meta, input));
  }

  #complete(scheduledEventId: string, result: unknown): void {
    const scheduled = this.#scheduled.get(scheduledEventId);
    if (!scheduled) return;
    const { role, meta } = scheduled;
    const { path } = meta.step;
    const step = this.#record.steps.get(path);
    if (role === 'compensation') return this.#settle(step, path, meta.compensates!.attempt, 'taken-back');
    if (role === 'attempt') return this.#done(step, unpackReport(result));
    const sealed = result as SealOutcome;
    if (sealed.status === 'committed') this.#done(step, sealed);
    else this.#settle(step, path, meta.attempt, 'sealed');
  }

  #done(step: RecordedStep | undefined, { output, enqueued = [] }: AttemptReport): void {
    const completedAt = ++this.#record.completions;
    if (step) Object.assign(step, { state: 'completed', completedAt, output, enqueued });
  }

  #settle(
    step: RecordedStep | undefined,
    path: string,
    attempt: number,
    what: 'sealed' | 'taken-back',
  ): void {
    this.#record.settled.add(keyOf(path, attempt, what));
    if (step?.meta.attempt !== attempt) return;
    if (what === 'sealed') step.isSealed = true;
    else step.isTakenBack = true;
  }

  /** Nothing ran. What else was on record of the step is of attempts before, which are settled. */
  #handBack(scheduledEventId: string): void {
    const scheduled = this.#scheduled.get(scheduledEventId);
    if (scheduled?.role === 'attempt') this.#record.steps.delete(scheduled.meta.step.path);
  }
}

const begun = (name: string, meta: AttemptEnvelope & { step: StepMark }, input: unknown): RecordedStep => ({
  name,
  mark: meta.step,
  meta,
  input: input ?? null,
  state: 'open',
  completedAt: 0,
  output: null,
  enqueued: [],
  isSealed: false,
  isTakenBack: false,
});
