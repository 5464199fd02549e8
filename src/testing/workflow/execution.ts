import { AsyncLocalStorage } from 'node:async_hooks';
import { CancelledFailure } from '@temporalio/common';
import type { ApprovalRequest } from '../../core/approval.ts';
import type { ActionLog } from '../../core/context.ts';
import type { Host } from '../../core/host.ts';
import { setHostWithin } from '../../core/host.ts';
import { checkSchema } from '../../core/validate.ts';
import type { AnyWorkflow } from '../../core/workflow-definition.ts';
import { Approvals } from './approvals.ts';
import type { StepCall } from './asking.ts';
import { Verdict } from '../../core/workflow-end.ts';
import { Conditions } from './conditions.ts';
import type { ContextOwner } from './context.ts';
import { contextOf } from './context.ts';
import type { Delivery, Journal, Outcome } from './journal.ts';
import { Signals } from './signals.ts';
import { StepCalls } from './step-calls.ts';

/** Whose handler the code is in which somebody asks: several tests may run at once. */
const within = new AsyncLocalStorage<Execution | undefined>();
setHostWithin(() => within.getStore()?.steps);
export const executionWithin = (): Execution | undefined => within.getStore();

/** What a handler is run in; it begins what is asked for the first time, and delivers how that ended. */
export interface Surroundings {
  invocationId: string;
  idempotencyKey: string;
  log: ActionLog;
  beginStep(id: number, call: StepCall): void;
  beginTimer(id: number, ms: number, summary: string): void;
  dropTimer(id: number): void;
  upsertMemo(key: 'state' | 'approvals', value: unknown): void;
  /** The test cannot go on, or means nothing. */
  abort(error: unknown): void;
}

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  isTimer: boolean;
}

/** One execution of a handler, from its first line; after a crash another one is told what this one was told. */
export class Execution implements ContextOwner {
  readonly workflow: AnyWorkflow;
  readonly steps: Host;
  readonly signals = new Signals(this);
  readonly approvals = new Approvals(this);
  /** How the handler ended. */
  outcome: Outcome | undefined;
  /** The time as the record has it. */
  now = 0;
  isReplaying: boolean;
  isCancelled = false;
  readonly #input: unknown;
  readonly #journal: Journal;
  readonly #surroundings: Surroundings;
  readonly #pending = new Map<number, Pending>();
  readonly conditions = new Conditions();
  #asked = 0;
  #uuids = 0;
  #randoms = 0;

  constructor(workflow: AnyWorkflow, input: unknown, journal: Journal, surroundings: Surroundings) {
    this.workflow = workflow;
    this.#input = input;
    this.#journal = journal;
    this.#surroundings = surroundings;
    this.isReplaying = journal.delivered.length > 0;
    this.steps = new StepCalls(this);
  }

  get invocationId(): string {
    return this.#surroundings.invocationId;
  }

  get idempotencyKey(): string {
    return this.#surroundings.idempotencyKey;
  }

  get time(): string {
    return new Date(this.now).toISOString();
  }

  get openSteps(): number {
    return [...this.#pending.values()].filter(({ isTimer }) => !isTimer).length;
  }

  deliver(delivery: Delivery): void {
    this.now = delivery.at;
    switch (delivery.type) {
      case 'started':
        return within.run(this, () => void this.#run());
      case 'ended':
        return this.#end(delivery.id, delivery.outcome);
      case 'signal':
        return this.signals.receive(delivery.name, delivery.payload);
      case 'decision':
        return void this.approvals.decide(delivery.answer);
      case 'cancelled':
        return this.#cancel();
    }
  }

  async #run(): Promise<void> {
    try {
      const { name, input, handler } = this.workflow;
      const sent = structuredClone(this.#input);
      const parsed = await Verdict.of(() => checkSchema(input, sent, 'input', name));
      this.outcome = { value: await handler(parsed as never, contextOf(this)) };
    } catch (error) {
      this.outcome = { error };
    }
  }

  #end(id: number, outcome: Outcome): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if ('error' in outcome) pending?.reject(outcome.error);
    else pending?.resolve(structuredClone(outcome.value));
  }

  #cancel(): void {
    this.isCancelled = true;
    for (const [id, { isTimer, reject }] of this.#pending) {
      if (!isTimer) continue;
      this.#pending.delete(id);
      this.#surroundings.dropTimer(id);
      reject(cancelled());
    }
    this.conditions.reject(cancelled());
  }

  /** Gives false when the time was over first. */
  async condition(
    isTrue: () => boolean,
    { summary, ms }: { summary: string; ms: number | undefined },
  ): Promise<boolean> {
    if (this.isCancelled) throw cancelled();
    if (isTrue()) return true;
    const id = this.#asked;
    const { met, forget } = this.conditions.wait(isTrue, summary);
    if (ms === undefined) return await met;
    const isMet = await Promise.race([met, this.timer(ms, summary).then(() => false)]);
    forget();
    if (isMet) this.#dropTimer(id);
    return isMet;
  }

  async timer(ms: number, summary: string): Promise<void> {
    if (this.isCancelled) throw cancelled();
    await this.#ask(`a wait (${summary})`, true, (id) => this.#surroundings.beginTimer(id, ms, summary));
  }

  /** As `setTimeout`; what it gives is as `clearTimeout`. */
  wake(ms: number, work: () => void): () => void {
    const id = this.#asked;
    // A cancelled handler is not woken.
    this.timer(ms, '').then(work, () => undefined);
    return () => this.#dropTimer(id);
  }

  #dropTimer(id: number): void {
    this.#pending.delete(id);
    this.#surroundings.dropTimer(id);
  }

  async step(call: StepCall): Promise<unknown> {
    if (this.isCancelled) throw cancelled();
    return await this.#ask(`step "${call.path}"`, false, (id) => this.#surroundings.beginStep(id, call));
  }

  #ask(what: string, isTimer: boolean, begin: (id: number) => void): Promise<unknown> {
    const id = this.#asked;
    this.#note(what, () => begin(id));
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject, isTimer }));
  }

  /** Does it the first time; a later execution only has to want the same. */
  #note(what: string, begin: () => void): void {
    const id = this.#asked++;
    if (!this.isReplaying) {
      this.#journal.asked.push(what);
      // What is begun here is not the handler's doing: an action's own calls are no steps.
      return within.run(undefined, begin);
    }
    try {
      this.#journal.check(this.workflow.name, id, what);
    } catch (error) {
      this.#surroundings.abort(error);
    }
  }

  set(state: unknown): void {
    this.#note('ctx.set', () => this.#surroundings.upsertMemo('state', state));
  }

  publishApprovals(requests: ApprovalRequest[]): void {
    this.#note('an approval', () => this.#surroundings.upsertMemo('approvals', requests));
  }

  uuid = (): string => this.#journal.uuid(this.#uuids++);
  random = (): number => this.#journal.random(this.#randoms++);

  readonly log: ActionLog = {
    debug: (...line) => this.#log('debug', ...line),
    info: (...line) => this.#log('info', ...line),
    warn: (...line) => this.#log('warn', ...line),
    error: (...line) => this.#log('error', ...line),
  };

  #log(level: keyof ActionLog, message: string, fields?: Record<string, unknown>): void {
    if (!this.isReplaying) this.#surroundings.log[level](message, fields);
  }

  /** After the last delivery on record: from here on it is the one that asks. */
  goOn(): void {
    if (this.#asked < this.#journal.asked.length) {
      this.#journal.check(this.workflow.name, this.#asked, undefined);
    }
    this.isReplaying = false;
  }
}

/** As Temporal tells a handler of its cancellation. */
export const cancelled = (): CancelledFailure => new CancelledFailure('The invocation was cancelled.');
