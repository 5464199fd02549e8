import { randomUUID } from 'node:crypto';
import type { StageRequest } from '../attempt/staging.ts';
import type { StagedInvocation } from '../core/envelope.ts';
import { checkJson, checkSchema } from '../core/validate.ts';
import { ProjectCatalogue } from '../runtime/catalogue.ts';
import { entryOf } from '../temporal/entry.ts';
import { workflowIdOf } from '../temporal/ids.ts';
import { stagedInvocation } from '../temporal/plan.ts';
import type { TestRecord } from './record.ts';
import { encode, TEST_CALLER } from './record.ts';

/** An invocation that the run would have started, by `ctx.enqueue`. */
export interface TestEnqueued {
  /** The action's name. */
  name: string;
  /** The JSON value as it was sent, before schema defaults. */
  input: unknown;
  /** The key it is invoked with; null when there is none. */
  key: string | null;
}

/** What the test has imported; a manifest is of a build, which a test without servers does not need. */
const catalogue = new ProjectCatalogue(() => []);

/** As a worker stages a further invocation: refused at once if it could not be started later. */
export async function stageFurther({ name, input, key, unique }: StageRequest): Promise<StagedInvocation> {
  const entry = entryOf(catalogue, name);
  const plain = checkJson(input, 'input', name);
  await checkSchema(entry.input, plain, 'input', name);
  const plan = {
    entry,
    input: plain,
    caller: TEST_CALLER,
    idempotencyKey: key,
    project: 'test',
    local: false,
  };
  return stagedInvocation(plan, workflowIdOf(name, TEST_CALLER, key, unique));
}

/** Writes down their start, each as an invocation of its own; they are not run. */
export function releaseEnqueued(record: TestRecord, enqueued: readonly StagedInvocation[]): TestEnqueued[] {
  for (const { name, workflowId, input, envelope } of enqueued) {
    record.add({
      startChildWorkflowExecutionInitiatedEventAttributes: {
        workflowType: { name },
        workflowId,
        input: encode(input, envelope),
      },
    });
  }
  const started = new Set<string>();
  for (const { name, workflowId } of enqueued) {
    const workflowType = { name };
    const workflowExecution = { workflowId, runId: randomUUID() };
    record.add(
      started.has(workflowId)
        ? { startChildWorkflowExecutionFailedEventAttributes: { workflowType, workflowId } }
        : { childWorkflowExecutionStartedEventAttributes: { workflowType, workflowExecution } },
    );
    started.add(workflowId);
  }
  return enqueued.map(({ name, input, envelope }) => ({ name, input, key: envelope.idempotencyKey ?? null }));
}
