import { sha256 } from '@noble/hashes/sha256';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import canonicalize from 'canonicalize';
import type { CarriedRun, KeyedOutcome, Outcome } from '../core/carried-run.ts';
import type { WorkflowEnvelope } from '../core/envelope.ts';
import { isDoError } from '../core/errors.ts';
import type { Host } from '../core/host.ts';
import type { Invocation } from '../core/invocation.ts';
import { checkJson } from '../core/validate.ts';
import type { CallOptions, Handle } from '../core/verbs.ts';
import { fromCarried, toCarried } from './carried-error.ts';
import type { Journal } from './journal.ts';
import { refuseAtRecordEnd } from './record-end.ts';
import { otherInput } from '../core/step-error.ts';

interface Keyed {
  input: string;
  /** As JSON: a handler may change what it was given. */
  outcome: string;
}

/** The steps of a handler, each of which an earlier run of the same invocation may have done. */
export class JournaledSteps implements Host {
  readonly #steps: Host;
  readonly #journal: Journal;
  readonly #envelope: WorkflowEnvelope;
  readonly #keyed: Map<string, Keyed>;
  #openCount = 0;

  constructor(steps: Host, journal: Journal, envelope: WorkflowEnvelope) {
    const { keyed = {} } = envelope.resume ?? {};
    this.#steps = steps;
    this.#journal = journal;
    this.#envelope = envelope;
    this.#keyed = new Map(
      Object.entries(keyed).map(([path, { input, outcome }]) => [
        path,
        { input, outcome: JSON.stringify(outcome) },
      ]),
    );
  }

  /** How many have begun and are not in the journal yet. */
  get openCount(): number {
    return this.#openCount;
  }

  carried(): CarriedRun['keyed'] {
    const toOutcome = ({ input, outcome }: Keyed): KeyedOutcome => ({
      input,
      outcome: JSON.parse(outcome) as Outcome,
    });
    return Object.fromEntries([...this.#keyed].map(([path, keyed]) => [path, toOutcome(keyed)]));
  }

  invoke(name: string, input: unknown, options?: CallOptions): Promise<unknown> {
    let begun = 0;
    const step = this.#journal.once(`step ${name}`, () => {
      this.#openCount += ++begun;
      return this.#invoke(name, input, options);
    });
    // The handler may look at a rejection later, or not at all.
    const ended = () => void (this.#openCount -= begun);
    step.then(ended, ended);
    return step;
  }

  #invoke(name: string, input: unknown, options?: CallOptions): Promise<unknown> {
    refuseAtRecordEnd(name, this.#envelope);
    const key = options?.idempotencyKey;
    if (key === undefined) return this.#steps.invoke(name, input, options);
    return this.#invokeKeyed(name, input, { ...options, idempotencyKey: key });
  }

  /** A key names one step of the invocation, also where that was in another run of it. */
  async #invokeKeyed(
    name: string,
    input: unknown,
    options: CallOptions & { idempotencyKey: string },
  ): Promise<unknown> {
    const path = `${name}/key=${encodeURIComponent(options.idempotencyKey)}`;
    const digest = digestOf(checkJson(input, 'input', name));
    const known = this.#keyed.get(path);
    if (known && known.input !== digest) throw otherInput(path);
    if (known) return valueOf(JSON.parse(known.outcome) as Outcome);
    const keep = (outcome: Outcome) =>
      this.#keyed.set(path, { input: digest, outcome: JSON.stringify(outcome) });
    try {
      const value = await this.#steps.invoke(name, input, options);
      keep({ value });
      return value;
    } catch (error) {
      // A call that is refused for its key says nothing of the step.
      if (!isRefusal(error)) keep({ error: toCarried(error) });
      throw error;
    }
  }

  run(name: string, input: unknown, options?: CallOptions): Promise<Invocation> {
    return this.#steps.run(name, input, options);
  }

  start(name: string, input: unknown, options?: CallOptions): Promise<Handle<unknown>> {
    return this.#steps.start(name, input, options);
  }
}

const isRefusal = (error: unknown): boolean => isDoError(error) && error.code.startsWith('IDEMPOTENCY_');

const digestOf = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(canonicalize(value) ?? '')));

function valueOf(outcome: Outcome): unknown {
  if ('error' in outcome) throw fromCarried(outcome.error);
  return outcome.value;
}
