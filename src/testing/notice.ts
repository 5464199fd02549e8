import { DoError } from '../core/errors.ts';
import type { Failure } from '../core/failure.ts';
import type { FailureNotice } from '../core/workflow-definition.ts';
import { ProjectCatalogue } from '../runtime/catalogue.ts';
import { stagedInvocation } from '../temporal/plan.ts';
import type { TestEnqueued } from './enqueued.ts';
import { releaseEnqueued } from './enqueued.ts';
import type { TestRecord } from './record.ts';
import { TEST_CALLER } from './record.ts';

/** What has finally failed, and under which token. */
export interface Failed {
  name: string;
  input: unknown;
  failure: Pick<Failure, 'code' | 'type' | 'message'>;
  attempts: number;
  token: string;
}

const catalogue = new ProjectCatalogue(() => []);

/** As sandbox/failure-notice.ts: writes down the start of the action that is told, if there is one. */
export function tellFailure(record: TestRecord, told: string | undefined, failed: Failed): TestEnqueued[] {
  if (told === undefined) return [];
  const { name, input, failure, attempts, token } = failed;
  const entry = catalogue.get(told);
  if (!entry) {
    throw new DoError(
      'ACTION_NOT_FOUND',
      `\`onFailure\` of "${name}" names "${told}", which this test has not imported. Import its module.`,
    );
  }
  const { code, type, message } = failure;
  const { invocationId } = record;
  const notice: FailureNotice = { invocationId, name, input, error: { code, type, message }, attempts };
  const plan = { entry, input: notice, caller: TEST_CALLER, project: 'test', local: false };
  return releaseEnqueued(record, [stagedInvocation(plan, `${told}/${TEST_CALLER}/${token}/failure`)]);
}
