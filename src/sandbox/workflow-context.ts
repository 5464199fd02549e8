import { log, sleep, upsertMemo, uuid4, workflowInfo } from '@temporalio/workflow';
import type { ActionLog } from '../core/context.ts';
import { toMs } from '../core/duration.ts';
import { STATE_KEY } from '../core/envelope.ts';
import { invocationIdOf } from '../core/invocation-id.ts';
import { invocationToken } from '../core/token.ts';
import { checkSchema } from '../core/validate.ts';
import type { Approval, ApprovalOptions, WorkflowContext } from '../core/workflow-context.ts';
import type { Approvals } from './approvals.ts';
import type { Journal } from './journal.ts';
import type { Loops } from './loops.ts';
import { done } from './loops.ts';
import { parallel } from '../core/parallel.ts';
import type { Sensitive } from './sensitive.ts';
import type { Signals } from './signals.ts';
import { checkState } from './state.ts';

/** What a handler's context works on. */
export interface ContextParts {
  journal: Journal;
  loops: Loops;
  signals: Signals;
  approvals: Approvals;
  sensitive: Sensitive;
}

/** What a handler is given beside its input. */
export function contextOf({ journal, loops, sensitive, ...told }: ContextParts): WorkflowContext {
  const { signals, approvals } = told;
  const { workflowType, workflowId, firstExecutionRunId: firstRunId } = workflowInfo();
  return {
    invocationId: invocationIdOf({ workflowId, firstRunId }),
    idempotencyKey: invocationToken(workflowType, firstRunId),
    log: logOnce(journal, sensitive),
    now: () => new Date(journal.current().recall(({ now }) => now, Date.now)),
    uuid: () => journal.current().recall(({ uuid }) => uuid, uuid4),
    sleep: (duration) => sleepOnce(journal, toMs(duration, 'duration')),
    waitForSignal: async (name, schema, { timeout } = {}) => {
      const limit = timeout === undefined ? undefined : toMs(timeout, 'timeout');
      const payload = await journal.once(`signal ${name}`, async (open) => {
        if (limit !== undefined) open.until ??= Date.now() + limit;
        return await signals.next(name, schema, open.until);
      });
      // Also what a run before this one has taken.
      sensitive.saw(payload, schema);
      return (await checkSchema(schema, payload, 'input', name)) as never;
    },
    approval: async (name, options) => {
      const approval = await askOnce(journal, approvals, name, options);
      sensitive.saw(approval.data, options?.schema);
      return approval;
    },
    set: (state) => {
      const plain = sensitive.mask(checkState(state, workflowType));
      if (journal.current().isNew('set')) upsertMemo({ [STATE_KEY]: plain });
    },
    parallel,
    loop: (initial, body) => loops.run(initial, body),
    done: (result) => done(result),
  };
}

const sleepOnce = (journal: Journal, ms: number): Promise<void> =>
  journal.once('sleep', async (open) => {
    const left = open.until === undefined ? ms : Math.max(1, open.until - Date.now());
    open.until ??= Date.now() + ms;
    await sleep(left, { summary: 'sleep' });
  });

async function askOnce<Data>(
  journal: Journal,
  approvals: Approvals,
  name: string,
  options: ApprovalOptions<Data> = {},
): Promise<Approval<Data>> {
  const approval = await journal.once(`approval ${name}`, (open) =>
    approvals.ask(name, options as ApprovalOptions, open),
  );
  const { approved, data } = approval;
  const checked = approved ? await checkSchema(options.schema, data, 'input', name) : data;
  return { ...approval, data: checked as Data };
}

/** Each line once: a handler that runs again up to where it was has written those before. */
function logOnce(journal: Journal, sensitive: Sensitive): ActionLog {
  const write =
    (level: keyof ActionLog): ActionLog[typeof level] =>
    (message, attributes) => {
      if (journal.current().isNew('log')) log[level](sensitive.mask(message), sensitive.mask(attributes));
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
