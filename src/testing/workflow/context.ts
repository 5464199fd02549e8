import type { Duration } from '../../core/duration.ts';
import { toMs } from '../../core/duration.ts';
import { parallel } from '../../core/parallel.ts';
import { checkJson } from '../../core/validate.ts';
import type { LoopEnd, WorkflowContext } from '../../core/workflow-context.ts';
import type { Approvals } from './approvals.ts';
import type { Asking } from './asking.ts';
import type { Signals } from './signals.ts';

/** Whose handler it is for. */
export interface ContextOwner extends Asking {
  readonly invocationId: string;
  readonly idempotencyKey: string;
  readonly workflow: { readonly name: string };
  readonly signals: Signals;
  readonly approvals: Approvals;
}

/** As sandbox/workflow-context.ts: what a handler is given beside its input. */
export function contextOf(owner: ContextOwner): WorkflowContext {
  const { invocationId, idempotencyKey, workflow, log, signals, approvals } = owner;
  return {
    invocationId,
    idempotencyKey,
    log,
    now: () => new Date(owner.now),
    uuid: () => owner.uuid(),
    sleep: (duration) => heard(slept(owner, duration)),
    waitForSignal: (name, schema, options) => heard(signals.next(name, schema, options)),
    approval: (name, options) => heard(approvals.ask(name, options)),
    set: (state) => owner.set(checkJson(state, 'output', `${workflow.name}, the state of its ctx.set`)),
    parallel,
    loop: async (initial, body) => {
      for (let state = initial; ;) {
        const next = await body(state);
        if (isEnd(next)) return next.result;
        state = next;
      }
    },
    done: (result) => ({ [END]: true, done: true, result: result as never }) as LoopEnd<never>,
  };
}

const slept = async (owner: Asking, duration: Duration): Promise<void> =>
  await owner.timer(toMs(duration, 'duration'), 'sleep');

/** A wait that nobody waits for any more is cancelled with the others; that must not end the process of the test. */
function heard<T>(wait: Promise<T>): Promise<T> {
  wait.catch(() => undefined);
  return wait;
}

const END = Symbol('end of a loop');

const isEnd = <Result>(next: unknown): next is LoopEnd<Result> =>
  typeof next === 'object' && next !== null && END in next;
