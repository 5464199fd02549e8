import type { StageRequest } from '../attempt/staging.ts';
import type { StagedInvocation } from '../core/envelope.ts';
import { checkJson, checkSchema } from '../core/validate.ts';
import { entryOf } from '../temporal/entry.ts';
import { failureHandlerOf } from '../temporal/failure-handler.ts';
import { workflowIdOf } from '../temporal/ids.ts';
import { keyedWorkflowId } from '../temporal/keyed-id.ts';
import { stagedInvocation } from '../temporal/plan.ts';
import type { WorkerHost } from './host.ts';

/** A further invocation, checked now: once the attempt has committed nobody could be told that its input is wrong. */
export async function stageInvocation(
  { catalogue, project, temporal }: WorkerHost,
  caller: string,
  { name, input, key, unique }: StageRequest,
): Promise<StagedInvocation> {
  const entry = entryOf(catalogue, name);
  const plain = checkJson(input, 'input', name);
  await checkSchema(entry.input, plain, 'input', name);
  const workflowId =
    key === undefined
      ? workflowIdOf(name, caller, undefined, unique)
      : await keyedWorkflowId(temporal, { name, caller, idempotencyKey: key });
  const onFailure = failureHandlerOf(catalogue, entry);
  const plan = { entry, input: plain, caller, idempotencyKey: key, project, local: false, onFailure };
  return stagedInvocation(plan, workflowId);
}
