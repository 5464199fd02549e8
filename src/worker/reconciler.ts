import { setTimeout as delay } from 'node:timers/promises';
import { failpoint } from '../core/failpoint.ts';
import type { TemporalConnection } from '../temporal/connection.ts';
import { endedFromOutside } from '../temporal/ended.ts';
import { startSettling } from '../temporal/settle.ts';

const PERIOD_MS = 2_000;
/** Visibility may tell of a run a little after it has closed. */
const OVERLAP_MS = 60_000;

export interface ReconcilerOptions {
  temporal: TemporalConnection;
  project: string;
}

/**
 * Finds the invocations that were ended from outside (terminate and Temporal's own timeouts run no code of theirs) and
 * has each settled by an invocation of its own. Any number of workers may do so: the ids see to it that one settles.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #stopping = new AbortController();
  #settled = new Set<string>();
  #since: number | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // Temporal is away, which the next round may not find so.
      await this.round().catch(() => undefined);
      // Workers that started together do not stay together.
      const pause = PERIOD_MS * (0.75 + Math.random() / 2);
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** The first round looks at all that retention has kept. */
  async round(): Promise<void> {
    const { temporal, project } = this.#options;
    const beganAt = Date.now();
    const seen = new Set<string>();
    for await (const run of endedFromOutside(temporal, project, this.#since)) {
      if (this.#stopping.signal.aborted) return;
      seen.add(run.runId);
      if (this.#settled.has(run.runId)) continue;
      await failpoint('reconcile.before');
      await startSettling(temporal, run, { project, again: false });
      this.#settled.add(run.runId);
    }
    // What the next rounds cannot list need not be remembered.
    this.#settled = new Set([...this.#settled].filter((runId) => seen.has(runId)));
    this.#since = beganAt - OVERLAP_MS;
  }
}
