import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ActionLog } from '../../core/context.ts';
import type { Failure } from '../../core/failure.ts';
import type { Isolation } from '../../core/isolation.ts';
import { memoryExceeded, outputExceeded, processEnded } from './failures.ts';
import type { FromChild, ProcessOptions, ToChild } from './messages.ts';
import { LIFELINE_FD, PING_MS } from './messages.ts';
import { Output } from './output.ts';
import { endGroup } from './process-group.ts';
import { spawnAttempt } from './spawn-attempt.ts';

/** For what was printed last. A process that has left the group holds the streams open longer than it is worth. */
const DRAIN_MS = 250;

export interface ProcessEvents {
  log: ActionLog;
  onMessage: (message: FromChild) => void;
  /** It went beyond a limit, ended, or never began. */
  onFailure: (failure: Failure) => void;
}

/** The process of one attempt, and what it starts. */
export class AttemptProcess {
  readonly #child: ChildProcess;
  readonly #marker = randomUUID();
  readonly #limits: Isolation;
  readonly #events: ProcessEvents;
  readonly #output: Output;
  readonly #closed: Promise<unknown>;
  #ping: NodeJS.Timeout | undefined;

  constructor(options: Omit<ProcessOptions, 'memoryMiB'>, limits: Isolation, events: ProcessEvents) {
    this.#limits = limits;
    this.#events = events;
    const { outputKiB, memoryMiB } = limits;
    const onExceeded = () => events.onFailure(outputExceeded(outputKiB));
    this.#output = new Output(outputKiB, events.log, onExceeded);
    this.#child = spawnAttempt({ ...options, memoryMiB }, this.#marker);
    this.#closed = once(this.#child, 'close').catch(() => undefined);
    this.#listen();
    if (this.#child.pid !== undefined) this.#keepAlive(this.#child.stdio[LIFELINE_FD] as Duplex);
  }

  send(message: ToChild): void {
    // It may have ended a moment ago, which is told by another event.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Resolves when nothing of it can act any more. */
  async end(): Promise<void> {
    const { pid } = this.#child;
    // It never began, so that its pid is nobody's.
    if (pid === undefined) return;
    const isGone = await endGroup({ pid, marker: this.#marker });
    if (!isGone) this.#events.log.error('Processes of the attempt could not be ended.', { pid });
    const drained = new AbortController();
    await Promise.race([this.#closed, delay(DRAIN_MS, undefined, { signal: drained.signal })]);
    drained.abort();
    clearInterval(this.#ping);
    for (const stream of this.#child.stdio) stream?.destroy();
    this.#output.flush();
  }

  #listen(): void {
    const { onMessage, onFailure } = this.#events;
    const child = this.#child;
    child.on('message', (message) => onMessage(message as FromChild));
    child.on('error', (error) => onFailure(processNotStarted(error)));
    child.on('exit', (code, signal) => void this.#onExit({ code, signal }));
    if (child.stdout) this.#output.read('stdout', child.stdout);
    if (child.stderr) this.#output.read('stderr', child.stderr);
  }

  /** What it sent and printed before it ended may still be on the way, and what it started still lives. */
  async #onExit(end: { code: number | null; signal: NodeJS.Signals | null }): Promise<void> {
    await this.end();
    this.#events.onFailure(processEnded(end, this.#output.tail, this.#limits.memoryMiB));
  }

  #keepAlive(lifeline: Duplex): void {
    const { memoryMiB } = this.#limits;
    this.#ping = setInterval(() => lifeline.write('.'), PING_MS);
    lifeline.on('error', () => clearInterval(this.#ping));
    lifeline.on('data', (used) =>
      this.#events.onFailure(memoryExceeded(memoryMiB, `used ${String(used).trim().split('\n')[0]} MiB`)),
    );
  }
}

const processNotStarted = (error: Error): Failure => ({
  code: 'INVOCATION_FAILED',
  type: 'ProcessNotStarted',
  message: `A process for the attempt could not be started: ${error.message}`,
  nonRetryable: false,
});
