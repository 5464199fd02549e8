import { workflowInfo } from '@temporalio/workflow';
import type { WorkflowEnvelope } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';

/** Longer than that, a loop goes on in a fresh record: the server warns at 10,240 events. */
const LONG_RECORD = 4_000;
/** Temporal ends a run at 51,200 events or 50 MiB without running any code of it; taking back needs some of them. */
const TIMES_AT_END = 10;
const MOST_BYTES = 40 * 1024 * 1024;

type Limited = Pick<WorkflowEnvelope, 'recordLimit'>;

export const isRecordLong = ({ recordLimit = LONG_RECORD }: Limited, times = 1): boolean => {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return (times === 1 && continueAsNewSuggested) || historyLength > times * recordLimit;
};

/** Before a step begins, so that the workflow fails in order, and takes back what it has done. */
export function refuseAtRecordEnd(name: string, limited: Limited): void {
  const { historyLength, historySize } = workflowInfo();
  if (!isRecordLong(limited, TIMES_AT_END) && historySize <= MOST_BYTES) return;
  throw new DoError(
    'INVOCATION_FAILED',
    `"${name}" was not begun: the record of this invocation has ${historyLength} events and ${Math.ceil(historySize / 1024)} KiB, and Temporal ends one at 51,200 events or 50 MiB. Write what repeats as \`ctx.loop\`, which goes on in a fresh record by itself, or do parts of it in workflows of their own.`,
    { type: 'RecordTooLarge' },
  );
}
