import cluster from 'node:cluster';
import type { Worker as Child } from 'node:cluster';
import { constants } from 'node:os';
import { roughly } from '../durations.ts';
import type { FromChild } from './messages.ts';
import { DRAIN } from './messages.ts';

/**
 * Keeps one process serving. A change starts a second one; only when that serves, the first is told to drain, so that
 * no request and no running attempt is lost, and a module that cannot be loaded leaves everything as it was. The
 * cluster module shares the listening socket between both.
 */
export class Reloader {
  readonly #alive = new Set<Child>();
  #serving: Child | undefined;
  #starting: Child | undefined;
  #isOutdated = false;
  #isEnding = false;
  #exitCode = 0;
  #onEnd: () => void = () => undefined;
  /** Resolves when no child is left, with the exit code of the one that served. */
  readonly ended: Promise<number>;

  constructor() {
    this.ended = new Promise((resolve) => (this.#onEnd = () => resolve(this.#exitCode)));
  }

  start(): void {
    const startedAt = Date.now();
    const child = cluster.fork();
    this.#alive.add(child);
    this.#starting = child;
    this.#isOutdated = false;
    child.on('message', ({ welcome }: FromChild) => this.#becomes(child, welcome, startedAt));
    child.once('exit', (code: number | null, signal: NodeJS.Signals | null) => {
      this.#alive.delete(child);
      this.#lost(child, code ?? 128 + (signal ? constants.signals[signal] : 0));
      if (this.#alive.size === 0) this.#onEnd();
    });
  }

  reload(names: string[]): void {
    if (this.#isEnding) return;
    process.stdout.write(`Changed: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}\n`);
    if (!this.#starting) return this.start();
    // It has loaded, or is loading, what is no longer there.
    this.#isOutdated = true;
    this.#starting.process.kill('SIGTERM');
  }

  /** The first time everything drains, the second time everything ends at once. */
  stop(): void {
    const isAgain = this.#isEnding;
    this.#isEnding = true;
    for (const child of this.#alive) {
      if (isAgain) child.process.kill('SIGKILL');
      else if (child === this.#starting) child.process.kill('SIGTERM');
      else drain(child);
    }
  }

  #becomes(child: Child, welcome: string, startedAt: number): void {
    if (child !== this.#starting || this.#isEnding || this.#isOutdated) return;
    const before = this.#serving;
    this.#serving = child;
    this.#starting = undefined;
    if (!before) return void process.stdout.write(welcome);
    process.stdout.write(`Reloaded in ${roughly(Date.now() - startedAt)}\n`);
    drain(before);
  }

  #lost(child: Child, code: number): void {
    if (child === this.#starting) {
      this.#starting = undefined;
      if (this.#isEnding) return;
      if (this.#isOutdated) return this.start();
      if (!this.#serving) return this.#endWith(code);
      process.stderr.write('This does not start, so what was there goes on serving; waiting for a change.\n');
    } else if (child === this.#serving) {
      this.#serving = undefined;
      this.#endWith(code);
    }
  }

  #endWith(code: number): void {
    this.#exitCode = code;
    if (!this.#isEnding) this.stop();
  }
}

function drain(child: Child): void {
  // A child that has gone meanwhile needs none; its exit tells.
  if (child.isConnected()) child.send(DRAIN, undefined, undefined, () => undefined);
}
