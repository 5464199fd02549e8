import { SETTLE } from '../core/envelope.ts';
import type { AuditEntry } from '../core/invocation.ts';
import { ActivityReader } from './activity-reader.ts';
import { readEnqueued } from './enqueued.ts';
import type { HistoryEvent, PendingActivity, Reading } from './history.ts';
import { outcomeOf } from './invocation.ts';
import { Messages } from './messages.ts';
import type { Row } from './row.ts';
import type { Steps } from './steps.ts';
import { Waits } from './waits.ts';

export interface RunContext {
  reading: Reading;
  steps: Steps;
  isWorkflow: boolean;
  isFirst: boolean;
  isLast: boolean;
}

/** The entries of one run. */
export class RunReader {
  readonly #context: RunContext;
  readonly #activities: ActivityReader;
  readonly #waits: Waits;
  readonly #messages: Messages;

  constructor(context: RunContext) {
    const { reading } = context;
    this.#context = context;
    this.#activities = new ActivityReader(reading);
    this.#waits = new Waits({ ...context, activities: this.#activities });
    this.#messages = new Messages(reading);
  }

  read(event: HistoryEvent): Row[] {
    const { steps } = this.#context;
    return [...steps.before(event), ...this.#readOne(event), ...steps.after(event)];
  }

  readPending = (pending: PendingActivity[]): (Row & Pick<AuditEntry, 'at'>)[] =>
    this.#activities.readPending(pending);

  #readOne(event: HistoryEvent): Row[] {
    const { reading, steps } = this.#context;
    return [
      ...this.#readInvocation(event),
      ...(this.#activities.read(event) ?? []),
      ...this.#waits.read(event),
      ...this.#messages.read(event),
      ...readEnqueued(event, reading, steps),
    ];
  }

  #readInvocation(event: HistoryEvent): Row[] {
    const { reading, isFirst, isLast } = this.#context;
    const started = event.workflowExecutionStartedEventAttributes;
    if (started) {
      const input = reading.decode(started.input)[0] ?? null;
      // An operator may have had it settled; whoever calls is on the invocation itself.
      const by = started.workflowType?.name?.endsWith(SETTLE) ? byWhom(started.identity) : {};
      return isFirst ? [{ type: 'invocation.started', input, ...by }] : [];
    }
    const cancelled = event.workflowExecutionCancelRequestedEventAttributes;
    if (cancelled) return [{ type: 'cancel.requested', ...byWhom(cancelled.identity) }];
    return isLast ? this.#readClose(event) : [];
  }

  #readClose(event: HistoryEvent): Row[] {
    const { status, output, error } = outcomeOf(event, this.#context.reading);
    if (status === 'running') return [];
    const type = `invocation.${status}`;
    return [error ? { type, error } : { type, output }];
  }
}

/** The caller; of what another program or a worker asked for, its process. */
const byWhom = (identity: string | null | undefined): { by?: string } => (identity ? { by: identity } : {});
