import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Coarse, since it wakes the process as often, also where nothing happens. */
const RESOLUTION_MS = 50;
/** A shorter one would make of every collection of garbage an overload. */
const WINDOW_MS = 1_000;
const NS_PER_MS = 1_000_000;

/** What of the monitor of Node is used. */
interface DelayMonitor {
  /** In nanoseconds, the resolution included; of no samples not a number. */
  readonly mean: number;
  reset(): void;
}

/**
 * How late the event loop was on average over the last second: what waits for its turn waits about as long. Looked up when
 * somebody asks, so that a process without requests needs no timer of ours.
 */
export class LoopLag {
  readonly #monitor: DelayMonitor;
  readonly #now: () => number;
  #since: number;
  #lastMs = 0;

  constructor(monitor: DelayMonitor = monitored(), now: () => number = () => performance.now()) {
    this.#monitor = monitor;
    this.#now = now;
    this.#since = now();
  }

  read = (): number => {
    const now = this.#now();
    // Blocked all the time there is no sample yet: the next turn has it.
    if (now - this.#since < WINDOW_MS || Number.isNaN(this.#monitor.mean)) return this.#lastMs;
    this.#lastMs = Math.max(0, this.#monitor.mean / NS_PER_MS - RESOLUTION_MS);
    this.#monitor.reset();
    this.#since = now;
    return this.#lastMs;
  };
}

function monitored(): DelayMonitor {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  monitor.enable();
  return monitor;
}
