import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';

/** What the handler knows beyond the message. */
export interface ActionErrorOptions {
  /** The type on record, to be named in `retry.nonRetryableErrorTypes`. Default: `'ActionError'`. */
  type?: string;
  /** True: no further attempt is made. Default: false. */
  nonRetryable?: boolean;
  /** The earliest time from now at which another attempt makes sense (a `Retry-After`, say); replaces the backoff. */
  retryAfter?: Duration;
  /** What it follows from; goes on record with it. */
  cause?: unknown;
}

/** An error a handler throws when it knows more than "it failed": the type on record, and whether and when to retry. */
export class ActionError extends Error {
  /** The type on record. */
  readonly type: string;
  /** True: no further attempt is made. */
  readonly nonRetryable: boolean;
  /** Milliseconds until another attempt makes sense; undefined leaves it to the retry policy. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ActionErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ActionError';
    this.type = options.type ?? 'ActionError';
    this.nonRetryable = options.nonRetryable ?? false;
    this.retryAfterMs = retryAfterMs(options.retryAfter);
  }
}

/** Zero is a fair answer of the other side (`Retry-After: 0`), though no duration to define a policy by. */
const retryAfterMs = (retryAfter: Duration | undefined): number | undefined =>
  retryAfter === undefined || retryAfter === 0 ? retryAfter : toMs(retryAfter, 'retryAfter');
