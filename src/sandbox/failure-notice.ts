import { workflowInfo } from '@temporalio/workflow';
import type { Room } from './gate.ts';
import type { StagedTemplate } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import type { Failure } from '../core/failure.ts';
import { invocationIdOf } from '../core/invocation-id.ts';
import { needsSettling } from '../core/safety.ts';
import type { FailureNotice } from '../core/workflow-definition.ts';
import { currentBuild } from './build-entry.ts';
import { releaseEnqueued } from './enqueued.ts';
import { bytesOf } from './size.ts';

/** What has finally failed, and under which token. */
export interface Failed {
  name: string;
  input: unknown;
  failure: Pick<Failure, 'code' | 'type' | 'message'>;
  attempts: number;
  token: string;
}

/** Starts the action that is told of it: once, since the id is made from the token, and on its own from there on. */
export async function tellFailure(
  template: StagedTemplate | undefined,
  { name, input, failure: { code, type, message }, attempts, token }: Failed,
  room: Room = () => undefined,
): Promise<void> {
  if (!template) return;
  const { workflowId, firstExecutionRunId: firstRunId } = workflowInfo();
  const invocationId = invocationIdOf({ workflowId, firstRunId });
  const notice: FailureNotice = { invocationId, name, input, error: { code, type, message }, attempts };
  const caller = encodeURIComponent(template.envelope.caller);
  const noticeId = `${template.name}/${caller}/${token}/failure`;
  await room(bytesOf(notice));
  await releaseEnqueued({ output: null, enqueued: [{ ...template, workflowId: noticeId, input: notice }] });
}

/** For a step or a child workflow, from what the build knows of the action that is told. */
export function noticeTemplate(name: string, caller: string, of: string): StagedTemplate {
  const entry = currentBuild().actions[name];
  if (!entry)
    throw new DoError(
      'ACTION_NOT_FOUND',
      `There is no action "${name}" in this build, which \`onFailure\` of "${of}" names. Import its module where the workflow is defined.`,
    );
  const { version, policy, queue, safety, flow, compensationQueue } = entry;
  return {
    name,
    envelope: {
      version,
      policy,
      caller,
      queue,
      ...(safety && { safety }),
      ...(flow && { flow }),
      ...(compensationQueue !== undefined && { compensationQueue }),
    },
    memo: { kind: 'action', version, caller, ...(needsSettling(safety) && { settle: true }) },
    // An action's queue is that of the project's loop, a slash and its name.
    taskQueue: queue.slice(0, -name.length - 1),
  };
}
