import type { ActionLog } from '../core/context.ts';
import type { StagedInvocation } from '../core/envelope.ts';
import type { SecretSource } from '../core/secrets.ts';
import type { Store } from '../store/index.ts';
import type { StageRequest } from './staging.ts';

/** What an attempt needs from the process it runs in. */
export interface AttemptHost {
  invocationId: string;
  timeoutMs: number;
  /** Aborted when the invocation is cancelled or the worker shuts down. */
  signal: AbortSignal;
  heartbeat: (details: unknown) => void;
  log: ActionLog;
  /** Default: none are there. */
  secrets?: SecretSource | undefined;
  /** Told of the handler's promise, which may outlast the attempt. */
  holds?: (work: Promise<unknown>) => void;
  /** Opened by whoever asks first. */
  store: () => Promise<Store>;
  /** Everything a further invocation needs to start, its input checked. */
  stage: (request: StageRequest) => Promise<StagedInvocation>;
}
