/** What a lease knows of Postgres: nothing until somebody asks; from then on it asks every later supervisor by itself. */
import type { Layout } from './layout.ts';
import type { FromPostgres } from './protocol.ts';

/** Longer than the supervisor takes at worst, so that what it says comes first. */
const ANSWER_WITHIN = 240_000;
const LONGEST_PAUSE = 10_000;

interface Question {
  resolve(this: void, answer: { url: string }): void;
  reject(this: void, error: Error): void;
  /** Keeps the process alive while it waits; the lease's connection does not. */
  timer: NodeJS.Timeout;
}

export class PostgresClaim {
  #send: () => void = () => undefined;
  #question: Question | undefined;
  #answer: Promise<{ url: string }> | undefined;
  #url: string | undefined;
  #pause = 500;
  #retry: NodeJS.Timeout | undefined;
  #dropped = false;
  readonly #onProgress: (message: string) => void;
  readonly #layout: Layout;

  constructor(onProgress: (message: string) => void, layout: Layout) {
    this.#onProgress = onProgress;
    this.#layout = layout;
  }

  ask(): Promise<{ url: string }> {
    if (this.#dropped) return Promise.reject(new Error('The lease on the embedded servers was released.'));
    return (this.#answer ??= this.#putQuestion());
  }

  /** A supervisor is there; another one than before does not know what was asked of its predecessor. */
  connected(send: () => void): void {
    this.#send = send;
    if (this.#answer) send();
  }

  readonly hear = (message: FromPostgres): void => {
    if (!this.#answer) return;
    if (message.type === 'postgres') this.#serves(message.url);
    else this.#failed(message.message);
  };

  drop(): void {
    this.#dropped = true;
    clearTimeout(this.#retry);
    this.#refuse('The lease on the embedded servers was released while Postgres was starting.');
  }

  #putQuestion(): Promise<{ url: string }> {
    const answer = new Promise<{ url: string }>((resolve, reject) => {
      const late = `Postgres did not start within ${ANSWER_WITHIN / 1000} s; see ${this.#layout.postgresLog}.`;
      const timer = setTimeout(() => this.#refuse(late), ANSWER_WITHIN);
      this.#question = { resolve, reject, timer };
    });
    this.#send();
    return answer;
  }

  #serves(url: string): void {
    this.#pause = 500;
    const known = this.#url;
    this.#url = url;
    if (this.#question) return this.#close((question) => question.resolve({ url }));
    if (known === url) return;
    this.#answer = Promise.resolve({ url });
    this.#onProgress(`The embedded Postgres moved to ${new URL(url).host}.`);
  }

  /** Whoever waits may ask again. Whoever got a URL before goes on using it, so that it must be served again. */
  #failed(message: string): void {
    if (this.#question) return this.#refuse(message);
    this.#onProgress(`The embedded Postgres is gone; trying again. ${message}`);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#send(), this.#pause).unref();
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #refuse(message: string): void {
    this.#close((question) => {
      this.#answer = undefined;
      question.reject(new Error(message));
    });
  }

  #close(act: (question: Question) => void): void {
    const question = this.#question;
    if (!question) return;
    this.#question = undefined;
    clearTimeout(question.timer);
    act(question);
  }
}
