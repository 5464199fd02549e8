import { msToTs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import type { Catalogue, CatalogueEntry } from '../core/catalogue.ts';
import { MEMO_KEY } from '../core/envelope.ts';
import type { FlowControl } from '../core/flow.ts';
import type { ScheduleOverlap, SchedulePlan } from '../core/schedule.ts';
import { inputHash } from './canonical.ts';
import { failureHandlerOf } from './failure-handler.ts';
import { fromPayloads, toPayload, toPayloads } from './payloads.ts';
import type { StartPlan } from './plan.ts';
import { envelopeOf, flowOf, memoFor, summaryOf, taskQueueOf } from './plan.ts';

export type TemporalSchedule = temporal.api.schedule.v1.ISchedule;

export type ScheduledEntry = CatalogueEntry & { schedule: SchedulePlan };

/** Who calls, on record. */
const CALLER = 'schedule';
/** In the memo of every invocation that a schedule begins: what the schedule was made of. */
const DIGEST_KEY = 'do.schedule';

/** Enum values of Temporal's API. */
const OVERLAP: Record<ScheduleOverlap, number> = { skip: 1, buffer_one: 2, cancel_other: 4, allow_all: 6 };

/** Whose schedules they are. */
export interface ScheduleOwner {
  project: string;
  catalogue: Catalogue;
  /** Of what encrypts its payloads: with another one it is written anew, or an old key would be needed for ever. */
  encryptionKeyId?: string | undefined;
}

export const scheduleIdOf = (project: string, name: string): string => `${project}/${name}`;

/** As Temporal takes it; equal digests are equal schedules. */
export function toSchedule(
  { project, catalogue, encryptionKeyId }: ScheduleOwner,
  entry: ScheduledEntry,
): { schedule: TemporalSchedule; digest: string } {
  const { schedule: plan } = entry;
  const { input } = plan;
  const onFailure = failureHandlerOf(catalogue, entry);
  const start: StartPlan = { entry, input, caller: CALLER, project, local: false, onFailure };
  const run = { input, envelope: envelopeOf(start), queue: taskQueueOf(start), memo: memoFor(start) };
  const digest = inputHash({ plan, run, ...(encryptionKeyId !== undefined && { encryptionKeyId }) });
  const schedule: TemporalSchedule = {
    spec: {
      ...(plan.cron && { cronString: [...plan.cron] }),
      ...(plan.everyMs !== undefined && { interval: [{ interval: msToTs(plan.everyMs) }] }),
      ...(plan.timezone !== undefined && { timezoneName: plan.timezone }),
    },
    action: {
      startWorkflow: {
        // Temporal adds the time.
        workflowId: `${entry.name}/${CALLER}/at`,
        workflowType: { name: entry.name },
        taskQueue: { name: run.queue },
        input: toPayloads(run.input, run.envelope),
        memo: { fields: { [MEMO_KEY]: toPayload(run.memo), [DIGEST_KEY]: toPayload(digest) } },
        userMetadata: { summary: toPayload(summaryOf(start)) },
        ...priorityOf(flowOf(start)),
      },
    },
    policies: { overlapPolicy: OVERLAP[plan.overlap], catchupWindow: msToTs(plan.catchupMs) },
  };
  return { schedule, digest };
}

const priorityOf = (flow: FlowControl | undefined) =>
  flow?.priority === undefined ? {} : { priority: { priorityKey: flow.priority } };

/** Undefined in a schedule that is not ours. */
export function digestIn(schedule: TemporalSchedule | null | undefined): string | undefined {
  const payload = schedule?.action?.startWorkflow?.memo?.fields?.[DIGEST_KEY];
  const [digest] = payload ? fromPayloads({ payloads: [payload] }) : [];
  return typeof digest === 'string' ? digest : undefined;
}
