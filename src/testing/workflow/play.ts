import { readInvocation, toEntries } from '../../audit/index.ts';
import type { ActionLog } from '../../core/context.ts';
import { invocationToken } from '../../core/token.ts';
import type { AnyWorkflow } from '../../core/workflow-definition.ts';
import type { TestEnqueued } from '../enqueued.ts';
import { Player } from '../player.ts';
import { reading } from '../record.ts';
import type { StepCall } from './asking.ts';
import type { ChildPlay } from './child-step.ts';
import { close } from './close.ts';
import type { Actor, Cue, Decide } from './cues.ts';
import { Cues } from './cues.ts';
import { decisionOf } from './decisions.ts';
import type { Surroundings } from './execution.ts';
import { Handling } from './handling.ts';
import type { Delivery, Happening, Outcome } from './journal.ts';
import { Published } from './published.ts';
import { RunClock } from './run-clock.ts';
import type { Player as OnStage, Stage } from './stage.ts';
import { StepRuns } from './step-runs.ts';
import { Timers } from './timers.ts';
import { WorkflowRecord } from './workflow-record.ts';
import type { TestDecision, TestWorkflowRun } from './workflow-run.ts';

/** Of what is delivered in one moment: what came before the handler begins, how steps ended, what comes from outside. */
const ORDER = { before: -2, first: -1, outside: Infinity };

export interface PlayOptions {
  workflow: AnyWorkflow;
  input: unknown;
  deadlineMs: number | undefined;
  cues: readonly Cue[];
  /** The handler's worker is lost after everything that happens. */
  isFragile: boolean;
  workflowId?: string;
  /** In place of what the definition says. */
  onFailure?: string | undefined;
}

/** One run of a workflow, in the part of Temporal and of the worker. */
export class WorkflowPlay implements ChildPlay, OnStage, Surroundings, Actor {
  readonly cues: Cues;
  readonly steps: StepRuns;
  readonly log: ActionLog;
  readonly #stage: Stage;
  readonly #options: PlayOptions;
  readonly #record: WorkflowRecord;
  readonly #clock: RunClock;
  readonly #player: Player;
  readonly #handling: Handling;
  readonly #startedAt: number;
  readonly #timers: Timers;
  readonly #wakes: (() => void)[] = [];
  readonly #decisions: TestDecision[] = [];
  readonly #published: Published;
  readonly #handled: Promise<Outcome>;
  #handle!: (outcome: Outcome) => void;
  #hasEnded = false;
  #enqueued: TestEnqueued[] = [];
  #isLost = false;

  constructor(stage: Stage, options: PlayOptions) {
    const { workflow, input, workflowId, cues } = options;
    const { name } = workflow;
    this.#stage = stage;
    this.#options = options;
    this.#record = new WorkflowRecord(name, stage.time, workflowId);
    this.#clock = new RunClock(stage.time);
    this.#timers = new Timers(stage.time, this.#record);
    this.#player = new Player({ ...stage, record: this.#record });
    this.#handling = new Handling(workflow, input, this);
    this.#startedAt = stage.time.now;
    this.#handled = new Promise((resolve) => (this.#handle = resolve));
    this.log = this.#player.logbook.of({});
    this.cues = new Cues(cues, this);
    this.#published = new Published(this.#record, (asked) => this.cues.asked(asked));
    const { deadlineMs = Infinity } = options;
    const endsAt = this.#startedAt + deadlineMs;
    const owner = { stage, name, endsAt, record: this.#record, clock: this.#clock, player: this.#player };
    this.steps = new StepRuns(owner, (child, childOptions) => {
      const { isFragile } = options;
      return new WorkflowPlay(stage, { workflow: child, ...childOptions, cues: [], isFragile });
    });
    stage.enter(this);
  }

  get firstRunId(): string {
    return this.#record.firstRunId;
  }

  get invocationId(): string {
    return this.#record.invocationId;
  }

  get idempotencyKey(): string {
    return invocationToken(this.#options.workflow.name, this.firstRunId);
  }

  get waitsFor(): string[] {
    return this.#hasEnded ? [] : this.#handling.execution.conditions.waitsFor;
  }

  /** Rejects when a crash that the test asked for did not happen. */
  async run(): Promise<TestWorkflowRun<unknown>> {
    const { workflow, input, deadlineMs, onFailure = workflow.onFailure } = this.#options;
    this.#record.start(workflow, input, deadlineMs);
    this.#setClock(deadlineMs);
    this.cues.beforeStart();
    this.#post(ORDER.first, { type: 'started' });
    const outcome = await this.#handled;
    this.#hasEnded = true;
    this.#enqueued = await close(outcome, {
      ...{
        workflow: { ...workflow, onFailure },
        input,
        record: this.#record,
        clock: this.#clock,
        steps: this.steps,
      },
      isLate: () => this.#isLate,
    });
    this.#wakes.forEach((forget) => forget());
    this.#player.checkCrashes();
    return this.#told();
  }

  #setClock(deadlineMs: number | undefined): void {
    for (const after of this.cues.times) this.#wake(after, () => this.cues.at(after));
    const { cancelAfterMs } = this.cues;
    if (cancelAfterMs !== undefined) this.#clock.willCancel(this.#startedAt + cancelAfterMs);
    if (deadlineMs === undefined) return;
    this.#clock.willCancel(this.#startedAt + deadlineMs);
    this.#record.addTimer(deadlineMs, 'deadline');
    this.#wake(deadlineMs, () => this.#stop());
  }

  get #isLate(): boolean {
    const { deadlineMs = Infinity } = this.#options;
    return this.#stage.time.now >= this.#startedAt + deadlineMs;
  }

  #wake(afterMs: number, wake: () => void): void {
    this.#wakes.push(this.#stage.time.at(this.#startedAt + afterMs, wake));
  }

  #post(order: number, what: Happening): void {
    this.#stage.post(order, () => this.#deliver({ at: this.#stage.time.now, ...what }));
  }

  async #deliver(delivery: Delivery): Promise<void> {
    if (this.#hasEnded) return;
    if (delivery.type === 'signal') this.#record.signal(delivery.name, delivery.payload);
    await this.#handling.deliver(delivery);
    if (delivery.type === 'ended' && delivery.path !== undefined) this.cues.after(delivery.path);
    this.#record.endTask();
    if (this.#isLost || this.#options.isFragile) await this.#crash();
    this.look();
  }

  async #crash(): Promise<void> {
    this.#isLost = false;
    this.#stage.repeat(this.#handling.deliveries);
    try {
      await this.#handling.crash();
    } catch (error) {
      this.abort(error);
    }
  }

  look(): void {
    const outcome = this.#handling.outcome(this.steps.openCount > 0);
    if (outcome) this.#handle(outcome);
  }

  act(cue: Cue): void {
    switch (cue.type) {
      case 'signal': {
        const order = cue.moment ? ORDER.outside : ORDER.before;
        return this.#post(order, { type: 'signal', name: cue.name, payload: cue.payload ?? null });
      }
      case 'decide':
        return this.#stage.post(ORDER.outside, () => this.#decide(cue.name, cue.decide));
      case 'cancel':
        return this.cancel();
      case 'crash':
        this.#isLost = true;
    }
  }

  async #decide(name: string, decide: Decide): Promise<void> {
    const { answer, told } = await decisionOf(this.#handling.execution.approvals, name, decide);
    this.#decisions.push(told);
    if (told.refused || this.#hasEnded) return;
    const eventId = this.#record.decide(answer);
    await this.#deliver({ at: this.#stage.time.now, type: 'decision', answer });
    this.#record.decided(eventId);
  }

  cancel(): void {
    if (this.#hasEnded) return;
    this.#record.cancelRequested();
    this.#stop();
  }

  #stop(): void {
    if (this.#hasEnded || this.#clock.isCancelled) return;
    this.#clock.cancel();
    this.steps.cancel();
    this.#post(ORDER.first, { type: 'cancelled' });
  }

  beginStep(id: number, call: StepCall): void {
    const { path } = call;
    void this.steps.begin(call).then((outcome) => this.#post(id, { type: 'ended', id, outcome, path }));
  }

  beginTimer(id: number, ms: number, summary: string): void {
    const ended = () => this.#post(id, { type: 'ended', id, outcome: { value: null } });
    this.#timers.begin(id, { ms, summary }, ended);
  }

  dropTimer(id: number): void {
    this.#timers.drop(id);
  }

  upsertMemo(key: 'state' | 'approvals', value: unknown): void {
    this.#published.upsert(key, value);
  }

  abort(error: unknown): void {
    this.#stage.abort(error);
  }

  #told(): TestWorkflowRun<unknown> {
    const { now } = this.#stage.time;
    const { attempts: _, ...invocation } = readInvocation(this.#record.history, reading);
    return {
      ...invocation,
      steps: this.steps.told,
      state: this.#published.state,
      approvals: this.#handling.execution.approvals.requests,
      decisions: this.#decisions,
      enqueued: this.#enqueued,
      entries: toEntries(this.#record.history, reading),
      logs: this.#player.logbook.lines,
      now: new Date(now),
      elapsedMs: now - this.#startedAt,
    };
  }
}
