export interface Closable {
  close(): Promise<void>;
}

/**
 * A resource opened by its first user and closed shortly after its last: calls that follow one another share it, and
 * a script that makes no more calls can end by itself.
 */
export class Lingering<T extends Closable> {
  readonly #open: () => Promise<T>;
  readonly #lingerMs: number;
  #opened: Promise<T> | undefined;
  #closing: Promise<void> = Promise.resolve();
  #users = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(open: () => Promise<T>, lingerMs: number) {
    this.#open = open;
    this.#lingerMs = lingerMs;
  }

  /** The resource as it is now, if it is open. */
  get opened(): Promise<T> | undefined {
    return this.#opened;
  }

  /** Keeps the resource open while `work` runs. */
  async use<R>(work: (resource: T) => Promise<R>): Promise<R> {
    const resource = await this.acquire();
    try {
      return await work(resource);
    } finally {
      this.release();
    }
  }

  /** Every `acquire` that resolved wants one `release`. */
  async acquire(): Promise<T> {
    this.#users++;
    clearTimeout(this.#timer);
    const opened = (this.#opened ??= this.#closing.catch(() => undefined).then(this.#open));
    try {
      return await opened;
    } catch (error) {
      // The next user tries anew.
      if (this.#opened === opened) this.#opened = undefined;
      this.#users--;
      throw error;
    }
  }

  release(): void {
    this.#users--;
    // Nobody is left whom a failure to close could be told.
    const close = () => void this.closeNow().catch(() => undefined);
    if (this.#users === 0) this.#timer = setTimeout(close, this.#lingerMs);
  }

  /** Closes at once, whoever still uses it; a later `acquire` opens it again. */
  async closeNow(): Promise<void> {
    clearTimeout(this.#timer);
    const opened = this.#opened;
    this.#opened = undefined;
    // What could not be opened was told to whoever opened it, and needs no closing.
    if (opened) {
      this.#closing = opened.then(
        (resource) => resource.close(),
        () => undefined,
      );
    }
    await this.#closing;
  }
}
