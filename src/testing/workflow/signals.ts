import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ActionError } from '../../core/action-error.ts';
import type { Duration } from '../../core/duration.ts';
import { toMs } from '../../core/duration.ts';
import { checkName } from '../../core/name.ts';
import type { Asking } from './asking.ts';

/** As sandbox/signals.ts: signals in the order in which they came; each is given to one wait. */
export class Signals {
  readonly #asking: Asking;
  readonly #received = new Map<string, unknown[]>();

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  receive(name: string, payload: unknown): void {
    this.#of(name).push(structuredClone(payload));
  }

  #of(name: string): unknown[] {
    const received = this.#received.get(name) ?? [];
    this.#received.set(name, received);
    return received;
  }

  async next<Payload>(
    name: string,
    schema?: StandardSchemaV1<unknown, Payload>,
    { timeout }: { timeout?: Duration } = {},
  ): Promise<Payload> {
    checkName(name);
    const deadlineAt = timeout === undefined ? undefined : this.#asking.now + toMs(timeout, 'timeout');
    for (;;) {
      const payload = await this.#take(name, deadlineAt);
      if (!schema) return payload as Payload;
      const checked = await schema['~standard'].validate(payload);
      if (!checked.issues) return checked.value;
      const why = checked.issues.map(({ message }) => message).join('; ');
      this.#asking.log.warn(`A signal "${name}" was passed over: its payload is not valid: ${why}`);
    }
  }

  async #take(name: string, deadlineAt: number | undefined): Promise<unknown> {
    const queue = this.#of(name);
    const isThere = () => queue.length > 0;
    const ms = deadlineAt === undefined ? undefined : Math.max(1, deadlineAt - this.#asking.now);
    if (!(await this.#asking.condition(isThere, { summary: `signal ${name}`, ms }))) {
      throw new ActionError(`No signal "${name}" came in time.`, {
        type: 'SignalTimedOut',
        nonRetryable: true,
      });
    }
    // Of two that wait for one name, the other may have taken it just now.
    return isThere() ? queue.shift() : await this.#take(name, deadlineAt);
  }
}
