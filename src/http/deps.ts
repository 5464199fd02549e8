import type { Request, Response } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Backend } from '../core/backend.ts';
import type { Caller } from '../core/caller.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { ActionLog } from '../core/context.ts';
import type { Invocation } from '../core/invocation.ts';
import type { Limits } from './limits/settings.ts';

export type { Caller };

export interface ApiBackend extends Backend {
  /**
   * The invocation once it has closed, whatever its status; `signal` ends the waiting with `WAIT_ABORTED`. `isOwn`: for
   * whoever asked for it, with the whole output.
   */
  closed(id: string, signal?: AbortSignal, options?: { isOwn?: boolean }): Promise<Invocation>;
}

/** A request of the Model Context Protocol: its key was checked and its body read. */
export interface McpCall {
  caller: Caller;
  /** Guarded, as that of every route. */
  backend: ApiBackend;
  body: unknown;
  waitMs: number;
  stopping: AbortSignal | undefined;
  onError: (error: unknown) => void;
}

/** The caller of a request's key; with the request, since what was refused is counted by its address. */
export type Authenticate = (bearer: string, req: Request, res: Response) => Promise<Caller | undefined>;

/** What the facade needs from the process it runs in. */
export interface ApiDeps {
  /** Answers at `/mcp`; without it there is nothing. */
  mcp?: (req: IncomingMessage, res: ServerResponse, call: McpCall) => Promise<void>;
  /** Invocations as asked for by one caller; the app guards what it may see and do. */
  backendFor: (caller: Caller) => ApiBackend;
  catalogue: Catalogue;
  /** The caller that `bearer` belongs to; undefined when it is nobody's. */
  authenticate: (bearer: string) => Promise<Caller | undefined>;
  /** To be a codec server of Temporal's; absent where nothing is encrypted. `webUi`: where its pages come from. */
  codec?: { decode: (body: unknown) => unknown; webUi: () => Promise<string | null> } | undefined;
  /** Rejects when requests could not be served, Temporal being out of reach say. */
  ready: () => Promise<void>;
  /** Default: none. */
  limits?: Limits;
  /** How late the event loop of this process is. Default: as measured, where there is a limit. */
  lagMs?: () => number;
  /** Default: nothing is written. */
  log?: ActionLog;
  /** At which each request is logged. Default: `debug`. */
  requestLevel?: 'debug' | 'info';
  /** Told of every failure that a caller is not told in full. Default: the log is. */
  onError?: (error: unknown) => void;
  /** Aborted when the process is about to end: requests that wait are answered at once with what is known. */
  stopping?: AbortSignal;
}
