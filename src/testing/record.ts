import { randomUUID } from 'node:crypto';
import type { HistoryEvent, InvocationRecord, Reading } from '../audit/index.ts';
import type { FailureDetail, RecordedCall } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import type { StepMark } from '../core/step.ts';
import { invocationIdOf, workflowIdOf } from '../temporal/ids.ts';

/** Values of Temporal's enum TimeoutType. */
const START_TO_CLOSE = 1;
const HEARTBEAT = 4;

/** A clock that stands still until somebody moves it; the records of one test may share it. */
export interface RecordTime {
  now: number;
}

/** Who invokes in a test run. */
export const TEST_CALLER = 'test';

export type EventId = NonNullable<HistoryEvent['eventId']>;
type Payloads = { payloads: { data: Uint8Array }[] };
type TemporalFailure = NonNullable<
  NonNullable<HistoryEvent['workflowExecutionFailedEventAttributes']>['failure']
>;

/**
 * The history Temporal would write of this run, on a clock that moves only when told to. Written in Temporal's events,
 * so that the code which reads the real ones tells what happened in the same words.
 */
export class TestRecord {
  readonly firstRunId = randomUUID();
  readonly workflowId: string;
  readonly #events: HistoryEvent[] = [];
  readonly #time: RecordTime;
  #timers = 0;

  constructor(name: string, time: RecordTime = { now: Date.now() }, workflowId?: string) {
    this.#time = time;
    this.workflowId = workflowId ?? workflowIdOf(name, TEST_CALLER, undefined);
  }

  get invocationId(): string {
    return invocationIdOf(this);
  }

  now = (): number => this.#time.now;

  moveTo(time: number): void {
    this.#time.now = Math.max(this.#time.now, time);
  }

  /** How many events it has. */
  get length(): number {
    return this.#events.length;
  }

  /** Returns the event's id, by which later events refer to it. */
  add(event: HistoryEvent): EventId {
    const eventId = asLong(this.#events.length + 1);
    this.#events.push({ eventId, eventTime: toDuration(this.now()), ...event });
    return eventId;
  }

  /** A wait; `summary` is what Temporal's Web UI shows, and by which the audit tells what it is for. */
  addTimer(ms: number, summary: string): EventId {
    const timerId = String(++this.#timers);
    return this.add({
      timerStartedEventAttributes: { timerId, startToFireTimeout: toDuration(ms) },
      ...(summary !== '' && { userMetadata: { summary: encode(summary).payloads[0]! } }),
    });
  }

  /** An activity that a worker has begun; returns the id by which its end refers to it. */
  begin(type: string, input: unknown, meta: unknown, expiresInMs?: number): EventId {
    const scheduledEventId = this.add({
      activityTaskScheduledEventAttributes: {
        activityType: { name: type },
        input: encode(input, meta),
        ...(expiresInMs !== undefined && { scheduleToCloseTimeout: toDuration(expiresInMs) }),
      },
    });
    this.add({ activityTaskStartedEventAttributes: { scheduledEventId, identity: 'test' } });
    return scheduledEventId;
  }

  complete(scheduledEventId: EventId, result: unknown): void {
    this.add({ activityTaskCompletedEventAttributes: { scheduledEventId, result: encode(result) } });
  }

  get history(): InvocationRecord {
    return { workflowId: this.workflowId, runs: [this.#events], pending: [] };
  }
}

/** Temporal's types want a Long; what reads them takes numbers and strings too, as recorded histories have them. */
const asLong = (value: number) => value as unknown as EventId;

/** Also Temporal's form of a time, which counts from the epoch. */
const toDuration = (ms: number): { seconds: EventId; nanos: number } => ({
  seconds: asLong(Math.floor(ms / 1_000)),
  nanos: (ms % 1_000) * 1e6,
});

export const encode = (...values: unknown[]): Payloads => ({
  payloads: values.map((value) => ({ data: new TextEncoder().encode(JSON.stringify(value ?? null)) })),
});

/** As the platform names a step in what Temporal's Web UI shows. */
export const labelOf = (step: StepMark | undefined): string => (step ? `${step.path}: ` : '');

export const reading: Reading = {
  decode: (payloads) =>
    (payloads?.payloads ?? []).map(({ data }) => JSON.parse(new TextDecoder().decode(data)) as unknown),
  idOf: (workflowId, firstRunId) => invocationIdOf({ workflowId, firstRunId }),
  temporalLink: () => null,
};

export function encodeFailure(
  failure: Failure,
  beside: { attempts?: number; calls?: readonly RecordedCall[] } = {},
): TemporalFailure {
  const { code, type, message, nonRetryable, stack, cause } = failure;
  const detail: FailureDetail = { code, ...beside };
  return {
    message,
    stackTrace: stack ?? '',
    applicationFailureInfo: { type, nonRetryable, details: encode(detail) },
    ...(cause && { cause: encodeFailure(cause) }),
  };
}

export const encodeTimeout = ({ type, message }: Failure): TemporalFailure => ({
  message,
  timeoutFailureInfo: { timeoutType: type === 'WorkerLost' ? HEARTBEAT : START_TO_CLOSE },
});
