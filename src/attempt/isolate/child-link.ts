import type { Failure } from '../../core/failure.ts';
import { DoError, ERRORS } from '../../core/errors.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { FromChild, Order, Question, ToChild } from './messages.ts';

type Waiting = { resolve: (value: unknown) => void; reject: (error: Error) => void };

/** The way from an attempt's process to its worker. */
export class ChildLink {
  readonly #send: (message: FromChild) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #aborting = new AbortController();
  #onOrder: (order: Order) => void = () => undefined;
  #questions = 0;
  /** Aborted when the worker says so. */
  readonly signal: AbortSignal = this.#aborting.signal;
  readonly ordered: Promise<Order>;

  constructor() {
    const send = process.send!.bind(process);
    // A worker that is gone is the business of the thread that watches it.
    this.#send = (message) => void (process.connected && send(message, undefined, {}, () => undefined));
    // Libraries that find it speak to a parent they take for their own process manager.
    delete process.send;
    this.ordered = new Promise((resolve) => (this.#onOrder = resolve));
    process.on('message', (message) => this.#hear(message as ToChild));
  }

  tell(message: FromChild): void {
    this.#send(message);
  }

  ask(question: Question): Promise<unknown> {
    const id = ++this.#questions;
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#send({ type: 'question', id, question });
    return answered;
  }

  #hear(message: ToChild): void {
    switch (message.type) {
      case 'run':
        return this.#onOrder(message.order);
      case 'abort':
        return this.#aborting.abort(errorOf(message.reason));
      case 'answer':
        return this.#waiting.get(message.id)?.resolve(message.value);
      case 'refusal':
        return this.#waiting.get(message.id)?.reject(errorOf(message.failure));
    }
  }
}

/** An error of the worker's as a handler there would have met it. */
function errorOf({ type, message, nonRetryable, retryAfterMs, cause }: Failure): Error {
  const options = cause && { cause: errorOf(cause) };
  if (Object.hasOwn(ERRORS, type)) return new DoError(type as ErrorCode, message, options);
  return Object.assign(new Error(message, options), {
    name: type,
    ...(nonRetryable && { nonRetryable }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
