import type { Catalogue } from '../core/catalogue.ts';
import type { ActionLog } from '../core/context.ts';
import type { SecretSource } from '../core/secrets.ts';
import type { Store } from '../store/index.ts';
import type { TemporalConnection } from '../temporal/connection.ts';
import type { Slots } from './slots.ts';

/** What attempts need from the process that runs them. */
export interface WorkerHost {
  temporal: TemporalConnection;
  /** Names the queues. */
  project: string;
  /** The log of this process, each line of it with these fields. */
  logFor: (own: Record<string, unknown>) => ActionLog;
  /** For the secrets that actions declare. */
  secrets: SecretSource;
  /** What can be enqueued. */
  catalogue: Catalogue;
  /** Opened by the first attempt that needs it. */
  store: () => Promise<Store>;
  /** Of the actions with a concurrency limit. */
  slots: Slots;
  /** For the processes of isolated attempts, which open a store of their own. */
  databaseUrl: () => Promise<string>;
}
