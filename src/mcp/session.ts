import type { Backend } from '../core/backend.ts';
import type { ToolEntry } from './entry.ts';

/** Whether whoever asks may do that; without a name: to anything at all. */
export type Allows = (need: 'invoke' | 'operate' | 'read', name?: string) => boolean;

/** What a server of one caller needs from the process it runs in. */
export interface McpSession {
  /** Invocations as asked for by the caller; refuses what he may not read or do. */
  backend: Backend;
  /** What there is, asked for every list and every call, so that a new action is there at once. */
  entries: () => readonly ToolEntry[] | Promise<readonly ToolEntry[]>;
  allows: Allows;
  /** For how long a call waits before it is told that the invocation goes on. */
  waitMs: number;
  /** Of this package. */
  version: string;
  /** Aborted when the process is about to end: calls that wait are answered at once with what is known. */
  stopping?: AbortSignal | undefined;
  /** Told of every failure that a caller is not told in full. */
  onError: (error: unknown) => void;
}
