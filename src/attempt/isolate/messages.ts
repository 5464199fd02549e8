import type { ActionLog } from '../../core/context.ts';
import type { AttemptEnvelope, AttemptReport, RecordedCall } from '../../core/envelope.ts';
import type { Failure } from '../../core/failure.ts';
import type { Secrets } from '../../core/secrets.ts';
import type { StageRequest } from '../staging.ts';

/** What the process of an attempt is given on its command line, which everybody can read: nothing of the input. */
export interface ProcessOptions {
  name: string;
  /** The URLs of the modules to load, in this order, until the action is defined. */
  modules: readonly string[];
  memoryMiB: number;
  /** After which it ends itself, whatever its parent does. */
  longestMs: number;
}

export interface Order {
  role: 'handler' | 'compensate';
  input: unknown;
  meta: AttemptEnvelope;
  invocationId: string;
  /** What is left of the attempt's time. */
  timeoutMs: number;
  /** Looked up by the worker; not by the environment, which all that the attempt starts would have. */
  secrets: Secrets;
}

/** What only the worker has. The URL of the store is handed over here, where no grandchild finds it. */
export type Question = { about: 'store' } | { about: 'stage'; request: StageRequest };

export type ToChild =
  | { type: 'run'; order: Order }
  | { type: 'abort'; reason: Failure }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'refusal'; id: number; failure: Failure };

export type FromChild =
  | { type: 'loaded' }
  | { type: 'heartbeat'; details?: unknown }
  | { type: 'log'; level: keyof ActionLog; message: string; fields?: Record<string, unknown> }
  | { type: 'question'; id: number; question: Question }
  | { type: 'completed'; report: AttemptReport }
  | { type: 'failed'; failure: Failure; lastHeartbeat?: unknown; calls: readonly RecordedCall[] };

/** In the environment of the process and so of all it starts, by which those are found that leave its group. */
export const MARKER = 'DO_ISOLATED_ATTEMPT';

/** Beside standard streams (0 to 2) and Node's own channel (3). */
export const LIFELINE_FD = 4;

/**
 * A worker that does not say this often that it lives has stopped or is cut off in time: then its attempts end, well
 * before Temporal notices (`HEARTBEAT_TIMEOUT_MS`) and tells of a failure.
 */
export const PING_MS = 250;
export const SILENCE_MS = 2_500;
