import { MEMO_KEY } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import { keyIdOf } from './codec.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { buildQueue } from './queues.ts';

/** As many of the latest as one page has; tasks of the others are told of as they come. */
const LOOKED_AT = 200;

/**
 * Refuses to serve a project whose open invocations are encrypted with a key that is not here: every task of theirs that came
 * to this process would fail, over and over, while another one may have the key.
 */
export async function refuseLockedRuns(temporal: TemporalConnection, project: string): Promise<void> {
  const { service, namespace } = temporal;
  // On the queue of the loop, or of any build.
  const queues = `(TaskQueue = ${JSON.stringify(project)} OR TaskQueue STARTS_WITH ${JSON.stringify(buildQueue(project, ''))})`;
  const query = `${queues} AND CloseTime IS NULL`;
  const { executions } = await call(temporal, () =>
    service.listWorkflowExecutions({ namespace, query, pageSize: LOOKED_AT }),
  );
  const locks = executions.flatMap(({ memo }) => {
    const payload = memo?.fields?.[MEMO_KEY];
    return (payload && keyIdOf(payload)) ?? [];
  });
  const [id] = locks;
  if (id === undefined) return;
  throw new DoError(
    'ENCRYPTION_KEY_MISSING',
    `Invocations of "${project}" that are running (${locks.length} of the latest ${executions.length}) were encrypted with the key "${id}", which DO_ENCRYPTION_KEYS of this process does not have: as a worker it could only fail their tasks. Add that key behind the first one; or, if it is lost, terminate those invocations.`,
  );
}
