import type { Backend } from '../core/backend.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Invocation } from '../core/invocation.ts';

/** Whoever holds an API key. */
export interface Caller {
  id: string;
}

export interface ApiBackend extends Backend {
  /** The invocation once it has closed, whatever its status; `signal` ends the waiting with `WAIT_ABORTED`. */
  closed(id: string, signal?: AbortSignal): Promise<Invocation>;
}

/** What the facade needs from the process it runs in. */
export interface ApiDeps {
  /** Invocations as asked for by one caller. */
  backendFor: (caller: string) => ApiBackend;
  catalogue: Catalogue;
  /** The caller that `bearer` belongs to; undefined when it is nobody's. */
  authenticate: (bearer: string) => Promise<Caller | undefined>;
  /** Rejects when requests could not be served, Temporal being out of reach say. */
  ready: () => Promise<void>;
  /** Told of every failure that a caller is not told in full. Default: standard error. */
  onError?: (error: unknown) => void;
  /** Aborted when the process is about to end: requests that wait are answered at once with what is known. */
  stopping?: AbortSignal;
}
