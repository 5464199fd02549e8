import { sleep, workflowInfo } from '@temporalio/workflow';
import { DoError } from '../core/errors.ts';
import type { Host } from '../core/host.ts';
import type { Invocation } from '../core/invocation.ts';
import type { LoopResult } from '../core/loop.ts';
import { runAttempts } from '../core/loop.ts';
import { needsSettling } from '../core/safety.ts';
import type { StepEntry, StepMark } from '../core/step.ts';
import { stepToken } from '../core/token.ts';
import { toTiming } from '../core/timing.ts';
import { checkJson } from '../core/validate.ts';
import type { CallOptions, Handle } from '../core/verbs.ts';
import { AttemptRunner } from './attempt-runner.ts';
import { currentBuild } from './build-entry.ts';
import { ChildWorkflows } from './children.ts';
import { releaseEnqueued } from './enqueued.ts';
import { StepGate } from './gate.ts';
import { Saga, settlementOf } from './saga.ts';
import { stepError } from './step-error.ts';
import { overridden } from './step-policy.ts';

interface Step {
  entry: StepEntry;
  mark: StepMark;
  input: unknown;
  options: CallOptions;
}

/** `charge.invoke(x)` in a handler: the attempt loop within the workflow, each attempt an activity. */
export class Steps implements Host {
  readonly saga = new Saga();
  readonly #caller: string;
  readonly #children: ChildWorkflows;
  readonly #gate = new StepGate();
  readonly #open = new Set<Promise<unknown>>();
  readonly #calls = new Map<string, number>();
  readonly #keyed = new Map<string, Promise<unknown>>();
  #seq = 0;

  constructor(caller: string) {
    this.#caller = caller;
    this.#children = new ChildWorkflows(caller);
  }

  /** How many have begun and not ended. */
  get openCount(): number {
    return this.#open.size;
  }

  /** Resolves when none is open. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.allSettled(this.#open);
  }

  invoke(name: string, input: unknown, options: CallOptions = {}): Promise<unknown> {
    const { idempotencyKey: key } = options;
    if (key === undefined) return this.#track(this.#begin(name, input, options, this.#countedPath(name)));
    const path = `${name}/key=${encodeURIComponent(key)}`;
    const begun = this.#keyed.get(path) ?? this.#track(this.#begin(name, input, options, path));
    this.#keyed.set(path, begun);
    return begun;
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

  #track<T>(begun: Promise<T>): Promise<T> {
    this.#open.add(begun);
    const ended = () => void this.#open.delete(begun);
    // Also marks a rejection as seen: the handler may look at it later, or not at all.
    begun.then(ended, ended);
    return begun;
  }

  async #begin(name: string, input: unknown, options: CallOptions, path: string): Promise<unknown> {
    const entry = currentBuild().actions[name];
    const seq = ++this.#seq;
    const plain = checkJson(input, 'input', name);
    if (!entry) return await this.#children.invoke(name, plain, { path, seq, options });
    const { safety, compensationQueue } = entry;
    const beside = { ...(safety && { safety }), ...(compensationQueue !== undefined && { compensationQueue }) };
    const step = { entry: overridden(entry, options), mark: { path, seq, ...beside }, input: plain, options };
    return await this.#gate.within(JSON.stringify(plain).length, () => this.#run(step));
  }

  async #run(step: Step): Promise<unknown> {
    const { entry, mark, input, options } = step;
    const { delayMs, deadlineMs } = toTiming(options);
    const deadlineAt = deadlineMs === undefined ? undefined : Date.now() + deadlineMs;
    if (delayMs !== undefined) await sleep(delayMs, { summary: `${mark.path}: delay` });
    const runner = this.#runnerOf(step);
    const result = await runAttempts(runner, entry.policy, {
      deadlineAt,
      settlement: needsSettling(entry.safety)
        ? settlementOf({ entry, mark, caller: this.#caller }, input)
        : undefined,
    });
    return await this.#end(step, result, runner);
  }

  #runnerOf({ entry, mark, input }: Step): AttemptRunner {
    const { workflowType, firstExecutionRunId, taskQueue } = workflowInfo();
    const tokenOf = ({ epoch }: { epoch: number }) =>
      stepToken(workflowType, firstExecutionRunId, mark.path, epoch);
    // Who runs this workflow has imported its module, and with it the actions.
    return new AttemptRunner({ ...entry, caller: this.#caller, input, nearby: taskQueue, tokenOf, step: mark });
  }

  async #end({ entry, mark, input }: Step, result: LoopResult, { last }: AttemptRunner): Promise<unknown> {
    if (result.status === 'continued') throw new Error('A step never continues in another run.');
    if (result.status !== 'completed') throw stepError(entry.name, result);
    const { output } = result;
    const { attempt = 1, epoch = 0 } = last ?? {};
    this.saga.add({ entry, mark, caller: this.#caller, input, output, attempt, epoch });
    await releaseEnqueued(result);
    return output;
  }
}

const notInWorkflow = (name: string, verb: string): DoError =>
  new DoError(
    'DEFINITION_INVALID',
    `\`${verb}\` of "${name}" was called in a workflow: a step has no invocation of its own there. Use \`await …invoke(input)\`; for steps side by side, \`Promise.all\` or \`ctx.parallel\`.`,
  );
