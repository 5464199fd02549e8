/** The embedded servers: a real Temporal, a mail catcher and, when needed, a real Postgres, shared by the processes that use one data directory. */
import { prepareLayout } from './layout.ts';
import { Lease } from './lease.ts';
import type { Endpoints } from './protocol.ts';

export interface EmbeddedOptions {
  dataDir: string;
  /** Lines for a human: downloads, restarts, what went wrong. */
  onProgress?: (message: string) => void;
  /** Ends the waiting; a lease that was taken is given back by `release`. */
  signal?: AbortSignal;
}

export interface EmbeddedLease extends Readonly<Endpoints> {
  /** Starts Postgres when it does not run yet. After a failure it may be called again. */
  postgres(): Promise<{ url: string }>;
  release(): Promise<void>;
}

export async function acquireEmbedded(options: EmbeddedOptions): Promise<EmbeddedLease> {
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  return Lease.open(prepareLayout(options.dataDir), options.onProgress ?? (() => undefined), signal);
}

export { runningEmbedded } from './running.ts';
