import type { FlowControl } from '../core/flow.ts';
import { DoError } from '../core/errors.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';

/** Enum value of Temporal's API. */
const ACTIVITY_QUEUE = 2;
/** By which a limit that a definition has made is told from one that an operator has set. */
const REASON = 'do-sdk';

/** Attempts a second, as Temporal counts. */
export const perSecond = ({ limit, perMs }: NonNullable<FlowControl['rateLimit']>): number =>
  (limit * 1000) / perMs;

/**
 * Has Temporal keep the rate of each key of an action, and takes away what an earlier definition had set: it is kept with
 * the queue, not with its workers. A limit of the whole queue the workers tell with every poll.
 */
export async function applyKeyRate(
  temporal: TemporalConnection,
  taskQueue: string,
  rateLimit: FlowControl['rateLimit'],
): Promise<void> {
  const wanted = rateLimit?.key === undefined ? undefined : perSecond(rateLimit);
  const found = await keyRateOf(temporal, taskQueue).catch((error: unknown) => {
    // An old server has no such limit, so there is none to be taken away.
    if (wanted === undefined) return undefined;
    throw error;
  });
  // What an operator has set goes before what a definition says.
  if (found && found.rate !== undefined && found.reason !== REASON) return;
  if (found?.rate === (wanted === undefined ? undefined : Math.fround(wanted))) return;
  await setKeyRate(temporal, taskQueue, wanted);
}

async function keyRateOf(temporal: TemporalConnection, name: string) {
  const { namespace, service } = temporal;
  const { config } = await call(temporal, () =>
    service.describeTaskQueue({
      namespace,
      taskQueue: { name },
      taskQueueType: ACTIVITY_QUEUE,
      reportConfig: true,
    }),
  );
  const { rateLimit, metadata } = config?.fairnessKeysRateLimitDefault ?? {};
  return { rate: rateLimit?.requestsPerSecond ?? undefined, reason: metadata?.reason };
}

async function setKeyRate(
  temporal: TemporalConnection,
  taskQueue: string,
  rate: number | undefined,
): Promise<void> {
  const { namespace, identity, service } = temporal;
  const update = { reason: REASON, ...(rate !== undefined && { rateLimit: { requestsPerSecond: rate } }) };
  try {
    await call(temporal, () =>
      service.updateTaskQueueConfig({
        namespace,
        identity,
        taskQueue,
        taskQueueType: ACTIVITY_QUEUE,
        updateFairnessKeyRateLimitDefault: update,
      }),
    );
  } catch (cause) {
    throw new DoError(
      'DEFINITION_INVALID',
      `Temporal could not be told the rate limit by key of the queue "${taskQueue}": ${(cause as Error).message}. It needs a server of version 1.29 or later and the right to write; or leave out \`rateLimit.key\`.`,
      { cause },
    );
  }
}
