import { log, sleep, upsertMemo, uuid4, workflowInfo } from '@temporalio/workflow';
import { toMs } from '../core/duration.ts';
import { STATE_KEY } from '../core/envelope.ts';
import { invocationIdOf } from '../core/invocation-id.ts';
import { invocationToken } from '../core/token.ts';
import { checkJson } from '../core/validate.ts';
import type { LoopEnd, WorkflowContext } from '../core/workflow-context.ts';
import type { Approvals } from './approvals.ts';
import { parallel } from './parallel.ts';
import type { Signals } from './signals.ts';

/** What a handler is given beside its input. */
export function contextOf(signals: Signals, approvals: Approvals): WorkflowContext {
  const { workflowType, workflowId, firstExecutionRunId: firstRunId } = workflowInfo();
  return {
    invocationId: invocationIdOf({ workflowId, firstRunId }),
    idempotencyKey: invocationToken(workflowType, firstRunId),
    log,
    now: () => new Date(),
    uuid: uuid4,
    sleep: (duration) => sleep(toMs(duration, 'duration'), { summary: 'sleep' }),
    waitForSignal: (name, schema, options) => signals.next(name, schema, options),
    approval: (name, options) => approvals.ask(name, options),
    set: (state) => upsertMemo({ [STATE_KEY]: checkJson(state, 'output', workflowType) }),
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

const END = Symbol('end of a loop');

const isEnd = <Result>(next: unknown): next is LoopEnd<Result> =>
  typeof next === 'object' && next !== null && END in next;
