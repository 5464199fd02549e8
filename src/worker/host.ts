import type { Catalogue } from '../core/catalogue.ts';
import type { Store } from '../store/index.ts';
import type { TemporalConnection } from '../temporal/connection.ts';

/** What attempts need from the process that runs them. */
export interface WorkerHost {
  temporal: TemporalConnection;
  /** Names the queues. */
  project: string;
  /** What can be enqueued. */
  catalogue: Catalogue;
  /** Opened by the first attempt that needs it. */
  store: () => Promise<Store>;
  /** For the processes of isolated attempts, which open a store of their own. */
  databaseUrl: () => Promise<string>;
}
