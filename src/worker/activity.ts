import { Context } from '@temporalio/activity';
import { runIsolated } from '../attempt/isolate/run-isolated.ts';
import type { Attempt } from '../attempt/run.ts';
import { runAttempt } from '../attempt/run.ts';
import type { AnyAction } from '../core/definition.ts';
import type { AttemptEnvelope, InvocationEnvelope, UnsettledWorkflow } from '../core/envelope.ts';
import { COMPENSATE, packReport, PREDECESSOR, SEAL, UNSETTLED } from '../core/envelope.ts';
import { registered } from '../core/registry.ts';
import { invocationIdOf } from '../temporal/ids.ts';
import { handedBack, toTemporal } from './failure.ts';
import type { WorkerHost } from './host.ts';
import { recalled } from './recall.ts';
import { stageInvocation } from './stage.ts';
import { sealToken, settlePredecessor, unsettledPage } from './steps.ts';

/** The activity of every action. Its type is the action's name, or for the platform's own steps begins with that. */
export const activityOf =
  (host: WorkerHost) =>
  async (input: unknown, meta: unknown): Promise<unknown> => {
    const { activityType } = Context.current().info;
    const [name = '', step] = activityType.split(/(?=:)/);
    switch (step) {
      case undefined:
        return await attempt({ name, role: 'handler', input }, meta as AttemptEnvelope, host);
      case COMPENSATE:
        return await attempt({ name, role: 'compensate', input }, meta as AttemptEnvelope, host);
      case SEAL:
        return await sealToken(name, meta as AttemptEnvelope, host);
      case PREDECESSOR:
        return await settlePredecessor(meta as NonNullable<InvocationEnvelope['predecessor']>, host);
      case UNSETTLED:
        return await unsettledPage(meta as UnsettledWorkflow & { from: number }, host);
      default:
        throw handedBack(activityType);
    }
  };

/** Whoever scheduled the attempt may know another version than this worker has. */
const versionOf = (action: AnyAction, role: Attempt['role'], { version, compensates }: AttemptEnvelope) =>
  role === 'handler' && !compensates && action.version !== version ? { version: action.version } : {};

type Asked = Pick<Attempt, 'role' | 'input'> & { name: string };

async function attempt(
  { name, ...asking }: Asked,
  envelope: AttemptEnvelope,
  host: WorkerHost,
): Promise<unknown> {
  const context = Context.current();
  const { info, cancellationSignal } = context;
  const action = registered(name);
  if (!action) throw handedBack(name);
  const { asked, meta } = await recalled({ asked: asking, meta: envelope }, host);
  const ran = versionOf(action, asked.role, meta);
  try {
    const report = await (action.isolation ? runIsolated : runAttempt)(
      { action, ...asked, meta },
      {
        invocationId: invocationIdOf({
          workflowId: info.workflowExecution!.workflowId,
          firstRunId: meta.firstRunId,
        }),
        timeoutMs: info.startToCloseTimeoutMs,
        signal: cancellationSignal,
        heartbeat: (details) => context.heartbeat(details),
        log: context.log,
        store: host.store,
        databaseUrl: host.databaseUrl,
        stage: (request) => stageInvocation(host, meta.caller ?? 'local', request),
      },
    );
    return packReport({ ...report, ...ran });
  } catch (error) {
    throw toTemporal(error, cancellationSignal, ran);
  }
}
