import { CancellationScope, condition, sleep, workflowInfo } from '@temporalio/workflow';
import canonicalize from 'canonicalize';
import type { CarriedSteps } from '../core/carried-run.ts';
import type { DoError } from '../core/errors.ts';
import type { Host } from '../core/host.ts';
import type { Invocation } from '../core/invocation.ts';
import type { LoopResult } from '../core/loop.ts';
import { runAttempts } from '../core/loop.ts';
import { needsSettling } from '../core/safety.ts';
import { stepToken } from '../core/token.ts';
import { toTiming } from '../core/timing.ts';
import { checkJson } from '../core/validate.ts';
import type { CallOptions, Handle } from '../core/verbs.ts';
import { isIdempotencyKey } from '../core/verbs.ts';
import { AttemptRunner } from './attempt-runner.ts';
import { ChildWorkflows } from './children.ts';
import { releaseEnqueued } from './enqueued.ts';
import { tellFailure } from './failure-notice.ts';
import { StepGate } from './gate.ts';
import type { Remaining } from '../core/workflow-end.ts';
import { Saga, settlementOf } from './saga.ts';
import { bytesOf } from './size.ts';
import type { Step } from './step.ts';
import { stepFailure, toStep } from './step.ts';
import { badKey, notInWorkflow, otherInput, stepError } from '../core/step-error.ts';

type Ended = Extract<LoopResult, { attempts: number }>;

/** `charge.invoke(x)` in a handler: the attempt loop within the workflow, each attempt an activity. */
export class Steps implements Host {
  readonly saga: Saga;
  /** Of steps that failed and could not be taken back. */
  readonly remaining: Remaining[] = [];
  readonly #caller: string;
  readonly #endsAt: number | undefined;
  readonly #children: ChildWorkflows;
  readonly #gate = new StepGate();
  readonly #calls = new Map<string, number>();
  readonly #keyed = new Map<string, { begun: Promise<unknown>; input: string | undefined }>();
  #seq = 0;
  #openCount = 0;

  constructor(caller: string, endsAt: number | undefined) {
    this.saga = new Saga(caller);
    this.#caller = caller;
    this.#endsAt = endsAt;
    this.#children = new ChildWorkflows(caller);
  }

  /** What the next run counts on from. */
  carried(): CarriedSteps {
    const { remaining } = this;
    const calls = Object.fromEntries(this.#calls);
    return { calls, seq: this.#seq, completed: this.saga.carried(), remaining };
  }

  resume({ calls, seq, completed, remaining }: CarriedSteps): void {
    for (const [name, count] of Object.entries(calls)) this.#calls.set(name, count);
    this.#seq = seq;
    this.remaining.push(...remaining);
    this.saga.resume(completed, this.#gate.room);
  }

  /** How many have begun and not ended. */
  get openCount(): number {
    return this.#openCount;
  }

  /** Resolves when none is open. */
  async settled(): Promise<void> {
    await condition(() => this.#openCount === 0);
  }

  invoke(name: string, input: unknown, options: CallOptions = {}): Promise<unknown> {
    const { idempotencyKey: key } = options;
    return key === undefined
      ? this.#begin(name, input, options, this.#countedPath(name))
      : this.#beginKeyed(name, input, options, key);
  }

  run(name: string): Promise<Invocation> {
    return Promise.reject(notInWorkflow(name, 'run'));
  }

  start(name: string): Promise<Handle<unknown>> {
    return Promise.reject(notInWorkflow(name, 'start'));
  }

  #countedPath(name: string): string {
    const call = (this.#calls.get(name) ?? 0) + 1;
    this.#calls.set(name, call);
    return `${name}/${call}`;
  }

  /** A key names one step of the run, however often it is called. */
  async #beginKeyed(name: string, input: unknown, options: CallOptions, key: string): Promise<unknown> {
    if (!isIdempotencyKey(key)) throw badKey(name);
    const path = `${name}/key=${encodeURIComponent(key)}`;
    const canonical = canonicalize(checkJson(input, 'input', name));
    const known = this.#keyed.get(path);
    if (known && known.input !== canonical) throw otherInput(path);
    const begun = known?.begun ?? this.#begin(name, input, options, path);
    if (!known) this.#keyed.set(path, { begun, input: canonical });
    return await begun;
  }

  async #begin(name: string, input: unknown, options: CallOptions, path: string): Promise<unknown> {
    const plain = checkJson(input, 'input', name);
    const caller = this.#caller;
    const { room } = this.#gate;
    const seq = this.#seq + 1;
    const step = toStep({ name, path, seq, input: plain, caller, options, room });
    this.#seq = seq;
    const { deadlineMs } = toTiming(options);
    const deadlineAt = deadlineMs === undefined ? undefined : Date.now() + deadlineMs;
    this.#openCount++;
    const place = this.#gate.enter();
    if (place) await place;
    try {
      const scope = CancellationScope.current();
      // What waited for its place while the workflow was cancelled has begun nothing that could be settled.
      if (scope.consideredCancelled) await scope.cancelRequested;
      if (step) return await this.#run(step, deadlineAt);
      await room(bytesOf(plain));
      const output = await this.#children.invoke(name, plain, { path, seq, options, deadlineAt });
      this.saga.addChild({ path, seq });
      return output;
    } finally {
      this.#gate.leave();
      this.#openCount--;
    }
  }

  async #run(step: Step, deadlineAt: number | undefined): Promise<unknown> {
    const { entry, mark, delayMs } = step;
    if (delayMs !== undefined) await sleep(delayMs, { summary: `${mark.path}: delay` });
    const runner = this.#runnerOf(step);
    const settlement = needsSettling(entry.safety) ? settlementOf(step) : undefined;
    const result = await runAttempts(runner, entry.policy, { deadlineAt, settlement });
    if (result.status === 'continued') throw new Error('A step never continues in another run.');
    if (result.status !== 'completed') throw await this.#failed(step, result);
    const { output, enqueued } = result;
    const { attempt = 1, epoch = 0 } = runner.last ?? {};
    this.saga.add({ ...step, output, attempt, epoch });
    if (!enqueued) return output;
    await step.room(bytesOf(enqueued));
    return await releaseEnqueued(result);
  }

  #runnerOf({ entry, mark, caller, input, room }: Step): AttemptRunner {
    const { workflowType, firstExecutionRunId, taskQueue } = workflowInfo();
    const bytes = bytesOf(input);
    return new AttemptRunner({
      ...entry,
      caller,
      input,
      // Who runs this workflow has imported its module, and with it the actions; limits are of the action's own queue.
      nearby: entry.flow ? undefined : taskQueue,
      tokenOf: ({ epoch }) => stepToken(workflowType, firstExecutionRunId, mark.path, epoch),
      step: mark,
      room: () => room(bytes),
      endsAt: this.#endsAt,
    });
  }

  async #failed({ entry, mark, input, room, onFailure }: Step, result: Ended): Promise<DoError> {
    const { workflowType, firstExecutionRunId } = workflowInfo();
    const failure = stepFailure(result);
    if (failure.code === 'COMPENSATION_FAILED') this.remaining.push({ path: mark.path, failure });
    const token = stepToken(workflowType, firstExecutionRunId, mark.path, 0);
    const { attempts } = result;
    await tellFailure(onFailure, { name: entry.name, input, failure, attempts, token }, room);
    return stepError(entry.name, result);
  }
}
