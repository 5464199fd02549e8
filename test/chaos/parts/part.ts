import { setTimeout as delay } from 'node:timers/promises';

/** One life of a process. */
export interface Life {
  pid: number;
  /** Resolves when it serves; rejects when it cannot. */
  ready: Promise<void>;
  /** Resolves with how it ended. */
  ended: Promise<string>;
}

export interface PartOptions {
  name: string;
  launch: () => Life;
  /** Told of every end, wanted or not. */
  onEnd?: (name: string, how: string) => void;
}

const RESTART_AFTER_MS = 200;
const TERM_LIMIT_MS = 30_000;

/** A process of the system under test. While it is wanted, it is started again whenever it ends. */
export class Part {
  readonly name: string;
  readonly #launch: () => Life;
  readonly #onEnd: (name: string, how: string) => void;
  #life: Life | undefined;
  #isWanted = false;
  #isPaused = false;
  #starting: Promise<void> = Promise.resolve();

  constructor({ name, launch, onEnd }: PartOptions) {
    this.name = name;
    this.#launch = launch;
    this.#onEnd = onEnd ?? (() => undefined);
  }

  get pid(): number | undefined {
    return this.#life?.pid;
  }

  /** Resolves when it serves. */
  async start(): Promise<void> {
    this.#isWanted = true;
    if (!this.#life) this.#begin();
    await this.#starting;
  }

  #begin(): void {
    const life = this.#launch();
    this.#life = life;
    this.#isPaused = false;
    this.#starting = life.ready;
    this.#starting.catch(() => undefined);
    void life.ended.then(async (how) => {
      this.#life = undefined;
      this.#onEnd(this.name, how);
      await delay(RESTART_AFTER_MS);
      if (this.#isWanted && !this.#life) this.#begin();
    });
  }

  /** Serves now, also when it was only just started again. */
  async up(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const isUp = await this.start().then(
        () => this.#life !== undefined,
        () => false,
      );
      if (isUp) return;
      if (performance.now() > deadline) throw new Error(`${this.name} did not come up within ${limitMs} ms.`);
      await delay(100);
    }
  }

  /** True if there was a process to signal. */
  signal(signal: NodeJS.Signals): boolean {
    if (!this.#life) return false;
    try {
      // Its group: what is found on PATH may be a script that runs the real program.
      process.kill(-this.#life.pid, signal);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      return false;
    }
  }

  /** SIGSTOP; true if it was running. */
  pause(): boolean {
    this.#isPaused = !this.#isPaused && this.signal('SIGSTOP');
    return this.#isPaused;
  }

  resume(): void {
    if (this.#isPaused) this.signal('SIGCONT');
    this.#isPaused = false;
  }

  /** Ends it and keeps it down; true if it ended by this signal and needed no other. */
  async down(signal: NodeJS.Signals, limitMs = TERM_LIMIT_MS): Promise<boolean> {
    this.#isWanted = false;
    const life = this.#life;
    if (!life || !this.signal(signal)) return true;
    this.resume();
    const inTime = await Promise.race([life.ended.then(() => true), delay(limitMs, false, { ref: false })]);
    if (!inTime) this.signal('SIGKILL');
    await life.ended;
    return inTime;
  }
}
