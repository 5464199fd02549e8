import { condition, log, setDefaultSignalHandler } from '@temporalio/workflow';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ActionError } from '../core/action-error.ts';
import type { CarriedRun } from '../core/carried-run.ts';
import { checkName } from '../core/name.ts';
import type { SignalEnvelope } from '../core/signal-envelope.ts';
import type { Sensitive } from './sensitive.ts';

/** Each takes 40 bytes of what a run may take along. */
const MOST_KEYS = 1_000;

type Carried = Pick<CarriedRun, 'signals' | 'signalKeys'>;

/** Signals in the order in which they came; each is given to one wait. */
export class Signals {
  readonly #received: Map<string, unknown[]>;
  readonly #keys: Set<string>;
  readonly #sensitive: Sensitive;

  constructor(sensitive: Sensitive, { signals: before = {}, signalKeys = [] }: Partial<Carried> = {}) {
    this.#sensitive = sensitive;
    this.#keys = new Set(signalKeys);
    this.#received = new Map(Object.entries(before).map(([name, payloads]) => [name, [...payloads]]));
  }

  /** What nobody has taken, and by which keys a repeat is told. */
  carried(): Carried {
    const signals = Object.fromEntries([...this.#received].filter(([, payloads]) => payloads.length > 0));
    return { signals, ...(this.#keys.size > 0 && { signalKeys: [...this.#keys].slice(-MOST_KEYS) }) };
  }

  /** Before the handler begins: what came while no worker was there is delivered at once. */
  listen(): void {
    setDefaultSignalHandler((name, payload, envelope) => {
      const { key } = (envelope ?? {}) as Partial<SignalEnvelope>;
      if (key !== undefined && this.#keys.has(key)) return;
      if (key !== undefined) this.#keys.add(key);
      this.#of(name).push(payload ?? null);
    });
  }

  #of(name: string): unknown[] {
    const received = this.#received.get(name) ?? [];
    this.#received.set(name, received);
    return received;
  }

  /** The payload as it was sent, of the next one that the schema takes. */
  async next(
    name: string,
    schema: StandardSchemaV1 | undefined,
    deadlineAt: number | undefined,
  ): Promise<unknown> {
    // Nobody could send one of another name.
    checkName(name);
    this.#sensitive.declare('signal', name, schema);
    for (;;) {
      const payload = await this.#take(name, deadlineAt);
      if (!schema) return payload;
      this.#sensitive.saw(payload, schema);
      const checked = await schema['~standard'].validate(payload);
      if (!checked.issues) return payload;
      const why = this.#sensitive.mask(checked.issues.map(({ message }) => message).join('; '));
      log.warn(`A signal "${name}" was passed over: its payload is not valid: ${why}`);
    }
  }

  async #take(name: string, deadlineAt: number | undefined): Promise<unknown> {
    const queue = this.#of(name);
    const isThere = () => queue.length > 0;
    if (deadlineAt === undefined) await condition(isThere);
    else if (!isThere() && !(await condition(isThere, Math.max(1, deadlineAt - Date.now())))) {
      throw new ActionError(`No signal "${name}" came in time.`, {
        type: 'SignalTimedOut',
        nonRetryable: true,
      });
    }
    // Of two that wait for one name, the other may have taken it just now.
    return isThere() ? queue.shift() : await this.#take(name, deadlineAt);
  }
}
