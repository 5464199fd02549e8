/** The API sends something every 15 s: a connection that is silent for three times that is dead. */
const LONGEST_SILENCE_MS = 45_000;

/** Aborts what hears nothing for too long, or when `signal` does. */
export class Silence {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    parent.addEventListener('abort', this.#abort, { once: true });
    this.broken();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#abort, LONGEST_SILENCE_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener('abort', this.#abort);
  }

  #abort = (): void => this.#controller.abort(new Error('the connection was silent for too long'));
}
