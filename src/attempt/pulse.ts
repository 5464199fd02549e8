import { HEARTBEAT_TIMEOUT_MS } from '../core/envelope.ts';

const INTERVAL_MS = HEARTBEAT_TIMEOUT_MS / 4;

/**
 * Heartbeats without the handler's help: they tell Temporal that the worker lives, and are how a cancellation reaches
 * the handler. Also carries the handler's own progress.
 */
export class Pulse {
  readonly #send: (details: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  last: unknown;

  constructor(send: (details: unknown) => void) {
    this.#send = send;
    this.#timer = setInterval(() => this.#send(this.last), INTERVAL_MS);
  }

  beat(details: unknown): void {
    this.last = details;
    this.#send(details);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
