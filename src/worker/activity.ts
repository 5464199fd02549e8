import type { Info } from '@temporalio/activity';
import { Context } from '@temporalio/activity';
import { runIsolated } from '../attempt/isolate/run-isolated.ts';
import type { Attempt } from '../attempt/run.ts';
import { runAttempt } from '../attempt/run.ts';
import type { StageRequest } from '../attempt/staging.ts';
import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope, InvocationEnvelope, UnsettledWorkflow } from '../core/envelope.ts';
import { COMPENSATE, packReport, PREDECESSOR, SEAL, UNSETTLED } from '../core/envelope.ts';
import { registered } from '../core/registry.ts';
import { invocationIdOf } from '../temporal/ids.ts';
import { actionQueue } from '../temporal/queues.ts';
import { handedBack, toTemporal } from './failure.ts';
import type { WorkerHost } from './host.ts';
import type { Limited, WithSlot } from './limited.ts';
import { withSlot } from './limited.ts';
import { recalled } from './recall.ts';
import { stageInvocation } from './stage.ts';
import { sealToken, settlePredecessor, takeCalledBack, unsettledPage } from './steps.ts';

/** The activity of every action. Its type is the action's name, or for the platform's own steps begins with that. */
export const activityOf =
  (host: WorkerHost) =>
  (input: unknown, meta: unknown): Promise<unknown> => {
    const { activityType } = Context.current().info;
    const [name = '', step] = activityType.split(/(?=:)/);
    switch (step) {
      case undefined:
        return attempt({ name, role: 'handler', input }, meta as AttemptEnvelope, host);
      case COMPENSATE:
        return compensation({ name, role: 'compensate', input }, meta as AttemptEnvelope, host);
      case SEAL:
        return sealToken(name, meta as AttemptEnvelope, host);
      case PREDECESSOR:
        return settlePredecessor(meta as NonNullable<InvocationEnvelope['predecessor']>, host);
      case UNSETTLED:
        return unsettledPage(meta as UnsettledWorkflow & { from: number }, host);
      default:
        throw handedBack(activityType);
    }
  };

/** Whoever scheduled the attempt may know another version than this worker has. */
const versionOf = (action: AnyAction, role: Attempt['role'], { version, compensates }: AttemptEnvelope) =>
  role === 'handler' && !compensates && action.version !== version ? { version: action.version } : {};

type Asked = Pick<Attempt, 'role' | 'input'> & { name: string };

const compensation = (asked: Asked, meta: AttemptEnvelope, host: WorkerHost): Promise<unknown> =>
  meta.called ? takeCalledBack(meta.called, meta, host) : attempt(asked, meta, host);

async function attempt(
  { name, ...asking }: Asked,
  envelope: AttemptEnvelope,
  host: WorkerHost,
): Promise<unknown> {
  const { info, cancellationSignal: signal } = Context.current();
  const action = registered(name);
  if (!action) throw handedBack(name);
  const { asked, meta } = envelope.recall
    ? await recalled({ asked: asking, meta: envelope }, host)
    : { asked: asking, meta: envelope };
  const ran = versionOf(action, asked.role, meta);
  const own = attemptHost(name, meta, host);
  const limited: Limited = {
    ...{ action, asked, meta, signal },
    queue: actionQueue(host.project, name),
    timeoutMs: info.startToCloseTimeoutMs,
    heartbeat: own.heartbeat,
    // As a server without priorities treats all.
    priority: info.priority?.priorityKey || DEFAULT_PRIORITY,
    isBack: info.attempt > 1,
  };
  try {
    const report = await withSlot(host.slots, limited, (given) =>
      perform({ action, ...asked, meta }, { ...own, ...given }),
    );
    return packReport({ ...report, ...ran });
  } catch (error) {
    const isGivenBack = meta.slotWaitMs !== undefined;
    throw toTemporal(error, signal, { ran, isGivenBack, leftMs: leftMs(info) });
  }
}

const perform = (one: Attempt, host: ReturnType<typeof attemptHost> & WithSlot) =>
  (one.action.isolation ? runIsolated : runAttempt)(one, host);

function attemptHost(action: string, meta: AttemptEnvelope, host: WorkerHost) {
  const context = Context.current();
  const { workflowId } = context.info.workflowExecution!;
  const invocationId = invocationIdOf({ workflowId, firstRunId: meta.firstRunId });
  return {
    invocationId,
    heartbeat: (details: unknown) => context.heartbeat(details),
    log: host.logFor({ invocationId, action, attempt: meta.attempt }),
    secrets: host.secrets,
    store: host.store,
    databaseUrl: host.databaseUrl,
    stage: (request: StageRequest) => stageInvocation(host, meta.caller ?? 'local', request),
  };
}

const DEFAULT_PRIORITY = 3;

/** Until the invocation's deadline. */
const leftMs = ({ scheduleToCloseTimeoutMs, scheduledTimestampMs }: Info): number =>
  scheduleToCloseTimeoutMs > 0
    ? Math.max(1, scheduledTimestampMs + scheduleToCloseTimeoutMs - Date.now())
    : Infinity;
