import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ActionLog } from './context.ts';
import type { Duration } from './duration.ts';

/** What a person decided. */
export interface Approval<Data = unknown> {
  /** False: it was turned down. */
  approved: boolean;
  /** Who decided: the identity of the API key, or `local`. */
  by: string;
  /** RFC 3339 UTC. */
  at: string;
  /** What was given as the reason; null when nothing was. */
  reason: string | null;
  /** What came with the decision, as the schema has it. */
  data: Data;
}

/** What `ctx.approval` takes beside its name. */
export interface ApprovalOptions<Data = unknown> {
  /** What is to be approved, as whoever decides will see it; the decision holds for exactly this value. */
  subject?: unknown;
  /** Of what comes with the decision. Default: anything JSON can hold. */
  schema?: StandardSchemaV1<unknown, Data>;
  /** Who may decide: identities of callers. Default: everybody who may call. */
  approvers?: readonly string[];
  /** Throws an error of type `ApprovalTimedOut` when nobody has decided by then. Default: no limit. */
  timeout?: Duration;
}

/** Ends `ctx.loop` with its result. */
export interface LoopEnd<Result> {
  /** What tells it from a state. */
  readonly done: true;
  /** What `ctx.loop` gives. */
  readonly result: Result;
}

/** What the handler of a workflow is given beside its input. Everything here survives crashes and deploys. */
export interface WorkflowContext {
  /** Opaque; the same over every replay, crash and continuation. */
  readonly invocationId: string;
  /** The same over every replay and crash, and no other invocation's. */
  readonly idempotencyKey: string;
  /** Log lines that carry the invocation id; each is written once, not again at a replay. */
  readonly log: ActionLog;
  /** The time as the record has it: the same at every replay. */
  readonly now: () => Date;
  /** A random UUID, the same at every replay. */
  readonly uuid: () => string;
  /** Waits, for milliseconds or for months; a worker need not be there meanwhile. */
  readonly sleep: (duration: Duration) => Promise<void>;
  /**
   * The next signal of that name, also one that came before this was called; each is given once. Throws an error of type
   * `SignalTimedOut` after `timeout`. A payload that the schema refuses is passed over and on record.
   */
  readonly waitForSignal: <Payload = unknown>(
    name: string,
    schema?: StandardSchemaV1<unknown, Payload>,
    options?: { timeout?: Duration },
  ) => Promise<Payload>;
  /** Waits for a person's decision, which is bound to what was to be approved and is used once. */
  readonly approval: <Data = unknown>(
    name: string,
    options?: ApprovalOptions<Data>,
  ) => Promise<Approval<Data>>;
  /** What is to be read from outside as the invocation's `state`, while it runs and afterwards. */
  readonly set: (state: unknown) => void;
  /** `fn` for every item, so many at a time; results in the order of the items. Default: 20. */
  readonly parallel: <Item, Result>(
    items: Iterable<Item>,
    fn: (item: Item, index: number) => Promise<Result>,
    options?: { concurrency?: number },
  ) => Promise<Result[]>;
  /**
   * A loop of any length: `body` gets the state, and gives the next one or `ctx.done(result)`. When the record has grown
   * long, the invocation goes on in a fresh one, with what was done before the loop remembered and the state kept.
   */
  readonly loop: <State, Result = void>(
    initial: State,
    body: (state: State) => Promise<State | LoopEnd<Result>>,
  ) => Promise<Result>;
  /** Ends `loop`. */
  readonly done: <Result = void>(result?: Result) => LoopEnd<Result>;
}
