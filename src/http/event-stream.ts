import type { Response } from 'express';

/** Shorter than what proxies cut a silent connection at. */
const KEEP_ALIVE_MS = 15_000;
/** A client that has taken nothing for that long is gone, or as good as. */
const STALLED_MS = 30_000;
/** After which a browser connects again when the connection was lost. */
const RETRY_MS = 2_000;

/** A stream of server-sent events. What its client does not take is waited for, not kept. */
export class EventStream {
  readonly #res: Response;
  readonly #keepAliveMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(res: Response, keepAliveMs = KEEP_ALIVE_MS) {
    this.#res = res;
    this.#keepAliveMs = keepAliveMs;
  }

  get isOpen(): boolean {
    return this.#timer !== undefined;
  }

  open(): void {
    this.#res.statusCode = 200;
    // Not res.type(): it would add a charset, which the type does not have.
    this.#res.setHeader('Content-Type', 'text/event-stream');
    // Some proxies keep an answer until it has ended.
    this.#res.setHeader('X-Accel-Buffering', 'no');
    this.#res.write(`retry: ${RETRY_MS}\n\n`);
    this.#timer = setInterval(() => {
      if (!this.#res.writableNeedDrain) this.#res.write(': keep-alive\n\n');
    }, this.#keepAliveMs);
  }

  /** Resolves when the client can take more, or is gone. `data` goes as JSON, which has no line break. */
  async send({ event, id, data }: { event?: string; id: string; data: unknown }): Promise<void> {
    const name = event === undefined ? '' : `event: ${event}\n`;
    if (this.#res.destroyed) return;
    if (!this.#res.write(`${name}id: ${id}\ndata: ${JSON.stringify(data)}\n\n`)) await this.#drained();
  }

  /** Before its first event too: an empty stream is what a client connects again after. */
  close(): void {
    if (!this.isOpen) this.open();
    clearInterval(this.#timer);
    this.#res.end();
  }

  async #drained(): Promise<void> {
    const stalled = setTimeout(() => this.#res.destroy(), STALLED_MS);
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        this.#res.off('drain', settle).off('close', settle);
        resolve();
      };
      this.#res.once('drain', settle).once('close', settle);
    });
    clearTimeout(stalled);
  }
}
