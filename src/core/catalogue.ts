import type { StandardSchemaV1 } from '@standard-schema/spec';
import { toDuration } from './duration.ts';
import type { FlowControl } from './flow.ts';
import { describeFlow } from './flow.ts';
import type { AtomicityLevel } from './level.ts';
import type { AttemptPolicy } from './policy.ts';
import type { Safety } from './safety.ts';
import type { SchedulePlan } from './schedule.ts';

interface Described {
  name: string;
  version: string;
  description?: string | undefined;
  /** Present when the process has imported it; the worker checks again in any case. */
  input?: StandardSchemaV1 | undefined;
  inputSchema: object | null;
  outputSchema: object | null;
  /** When it is invoked by the clock. */
  schedule?: SchedulePlan | undefined;
}

/** What is known of an action without its handler: enough to start it, check its input and describe it. */
export interface ActionEntry extends Described {
  kind: 'action';
  policy: AttemptPolicy;
  safety?: Safety | undefined;
  level: AtomicityLevel;
  flow?: FlowControl | undefined;
  onFailure?: string | undefined;
}

/** The same of a workflow. */
export interface WorkflowEntry extends Described {
  kind: 'workflow';
  deadlineMs?: number | undefined;
  /** Of the build that new invocations run on, and where the workers that have it listen. */
  build: string;
  queue: string;
  /** The signals it waits for; null where that cannot be told from its source. */
  signals: readonly string[] | null;
  onFailure?: string | undefined;
}

export type CatalogueEntry = ActionEntry | WorkflowEntry;

export interface Catalogue {
  get(name: string): CatalogueEntry | undefined;
  list(): CatalogueEntry[];
}

/** In the words a definition uses, so that what is read here can be written there. */
export const describeEntry = (entry: CatalogueEntry) =>
  entry.kind === 'action' ? describeAction(entry) : describeWorkflow(entry);

function describeWorkflow({ name, version, description, inputSchema, outputSchema, ...rest }: WorkflowEntry) {
  const { deadlineMs, build, signals } = rest;
  const deadline = deadlineMs === undefined ? null : toDuration(deadlineMs);
  return {
    name,
    version,
    description: description ?? null,
    inputSchema,
    outputSchema,
    deadline,
    build,
    signals,
  };
}

function describeAction(entry: ActionEntry) {
  const { name, version, description, inputSchema, outputSchema, policy, level, safety } = entry;
  return {
    name,
    version,
    description: description ?? null,
    inputSchema,
    outputSchema,
    retry: {
      maximumAttempts: policy.maximumAttempts,
      initialInterval: toDuration(policy.initialIntervalMs),
      backoffCoefficient: policy.backoffCoefficient,
      maximumInterval: toDuration(policy.maximumIntervalMs),
      nonRetryableErrorTypes: policy.nonRetryableErrorTypes,
    },
    timeout: toDuration(policy.timeoutMs),
    level,
    compensatedBy: safety?.compensate ? (safety.compensate.action ?? name) : null,
    ...describeFlow(entry.flow),
  };
}
