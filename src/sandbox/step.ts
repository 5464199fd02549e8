import { failureHandlerName } from '../core/on-failure.ts';
import type { StagedTemplate } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import type { LoopResult } from '../core/loop.ts';
import { toTiming } from '../core/timing.ts';
import type { CallOptions } from '../core/verbs.ts';
import { deadlinePassed } from '../core/wording.ts';
import { currentBuild } from './build-entry.ts';
import { noticeTemplate } from './failure-notice.ts';
import type { SettledStep } from './saga.ts';
import { overridden } from '../core/step-policy.ts';

/** A call of an action in a handler. */
export interface Step extends SettledStep {
  delayMs: number | undefined;
  onFailure: StagedTemplate | undefined;
}

interface Called extends Pick<SettledStep, 'input' | 'caller' | 'room'> {
  name: string;
  path: string;
  seq: number;
  options: CallOptions;
}

/** Undefined where the build has no action of that name. */
export function toStep({ name, path, seq, options, ...called }: Called): Step | undefined {
  const known = currentBuild().actions[name];
  if (!known) return undefined;
  const entry = overridden(known, options);
  const { safety, compensationQueue } = entry;
  const told = failureHandlerName(options.onFailure, `the step "${path}"`) ?? entry.onFailure;
  return {
    ...called,
    entry,
    mark: {
      path,
      seq,
      ...(safety && { safety }),
      ...(compensationQueue !== undefined && { compensationQueue }),
    },
    delayMs: toTiming(options).delayMs,
    onFailure: told === undefined ? undefined : noticeTemplate(told, called.caller, name),
  };
}

/** Why it did not complete, as it is told. */
export const stepFailure = (result: Extract<LoopResult, { attempts: number }>): Failure =>
  result.status === 'failed' ? result.failure : deadlinePassed(result.attempts, result.failure);
