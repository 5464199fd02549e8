import type { Host } from '../../core/host.ts';
import type { Invocation } from '../../core/invocation.ts';
import { badKey, notInWorkflow, otherInput } from '../../core/step-error.ts';
import { toTiming } from '../../core/timing.ts';
import { checkJson } from '../../core/validate.ts';
import type { CallOptions, Handle } from '../../core/verbs.ts';
import { isIdempotencyKey } from '../../core/verbs.ts';
import { inputHash } from '../../temporal/canonical.ts';
import type { Asking } from './asking.ts';

/** As sandbox/steps.ts: the verbs of an action, within a handler. */
export class StepCalls implements Host {
  readonly #asking: Asking;
  readonly #calls = new Map<string, number>();
  readonly #keyed = new Map<string, { begun: Promise<unknown>; hash: string }>();
  #seq = 0;

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  invoke(name: string, input: unknown, options: CallOptions = {}): Promise<unknown> {
    const { idempotencyKey: key } = options;
    const begun =
      key === undefined
        ? this.#begin(name, input, options, this.#countedPath(name))
        : this.#beginKeyed(name, input, options, key);
    // The handler may look at a rejection later, or not at all.
    begun.catch(() => undefined);
    return begun;
  }

  run(name: string): Promise<Invocation> {
    return Promise.reject(notInWorkflow(name, 'run'));
  }

  start(name: string): Promise<Handle<unknown>> {
    return Promise.reject(notInWorkflow(name, 'start'));
  }

  #countedPath(name: string): string {
    const call = (this.#calls.get(name) ?? 0) + 1;
    this.#calls.set(name, call);
    return `${name}/${call}`;
  }

  /** A key names one step of the run, however often it is called. */
  async #beginKeyed(name: string, input: unknown, options: CallOptions, key: string): Promise<unknown> {
    if (!isIdempotencyKey(key)) throw badKey(name);
    const path = `${name}/key=${encodeURIComponent(key)}`;
    const hash = inputHash(checkJson(input, 'input', name));
    const known = this.#keyed.get(path);
    if (known && known.hash !== hash) throw otherInput(path);
    const begun = known?.begun ?? this.#begin(name, input, options, path);
    if (!known) this.#keyed.set(path, { begun, hash });
    return await begun;
  }

  async #begin(name: string, input: unknown, options: CallOptions, path: string): Promise<unknown> {
    const plain = checkJson(input, 'input', name);
    toTiming(options);
    const seq = ++this.#seq;
    return await this.#asking.step({ name, path, seq, input: plain, options });
  }
}
