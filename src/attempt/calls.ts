import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedCall } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import { toJson } from '../core/json.ts';
import type { ActionLog } from '../core/context.ts';
import type { Store } from '../store/index.ts';
import { beginReceipt, endReceipt, failReceipt } from '../store/index.ts';

/** A call that was made must not look unmade because the store was away for a moment. */
const RECEIPT_PAUSE_MS = 250;
const LONGEST_NAME = 200;
/** Each is told in the result of the attempt, which is bounded. */
const MOST_CALLS = 1_000;

export interface CallsOptions {
  action: string;
  token: string;
  attempt: number;
  store: () => Promise<Store>;
  signal: AbortSignal;
  log: ActionLog;
  /** Filled with what was called. */
  made: RecordedCall[];
}

/** The outside calls of one attempt, each with its receipt in the store. */
export class Calls {
  readonly #options: CallsOptions;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  once = async <Result>(name: string, call: () => Result | Promise<Result>): Promise<Result> => {
    const { token, attempt, signal, log } = this.#options;
    checkName(name);
    if (this.#options.made.length >= MOST_CALLS) throw tooMany();
    signal.throwIfAborted();
    const store = await this.#options.store();
    const receipt = await beginReceipt(store, { token, name, attempt });
    if (receipt.state === 'done') {
      this.#note(name, 'replayed', attempt);
      return receipt.result as Result;
    }
    if (receipt.state === 'unknown') {
      this.#note(name, 'unknown', receipt.attempt);
      log.warn(`What came of the call "${name}" of attempt ${receipt.attempt} is unknown; it is made again.`);
    }
    const result = await this.#make(store, name, call);
    this.#note(name, 'done', attempt);
    return result as Result;
  };

  async #make(store: Store, name: string, call: () => unknown): Promise<unknown> {
    const key = { token: this.#options.token, name };
    let result: unknown;
    try {
      result = await call();
    } catch (error) {
      await failReceipt(store, key).catch(() => undefined);
      throw error;
    }
    const plain = this.#toJson(name, result);
    await this.#keepTrying(() => endReceipt(store, key, plain));
    return plain;
  }

  #toJson(name: string, result: unknown): unknown {
    try {
      return toJson(result);
    } catch (error) {
      const what = `The result of the call "${name}" of action "${this.#options.action}" cannot be kept:`;
      throw new DoError(
        'OUTPUT_INVALID',
        `${what} it ${(error as Error).message}. Return what JSON can hold.`,
      );
    }
  }

  async #keepTrying(write: () => Promise<void>): Promise<void> {
    const { signal } = this.#options;
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (signal.aborted) throw error;
        await delay(RECEIPT_PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #note(name: string, state: RecordedCall['state'], attempt: number): void {
    this.#options.made.push({ name, state, attempt });
  }
}

function checkName(name: unknown): void {
  if (typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME) return;
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected the name of a call by \`ctx.once\` to be a string of 1 to ${LONGEST_NAME} characters.`,
  );
}

const tooMany = (): DoError =>
  new DoError(
    'DEFINITION_INVALID',
    `One attempt can make ${MOST_CALLS} calls by \`ctx.once\` at most. Split the work into further actions.`,
  );
