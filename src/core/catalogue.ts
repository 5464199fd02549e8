import type { StandardSchemaV1 } from '@standard-schema/spec';
import { toDuration } from './duration.ts';
import type { AtomicityLevel } from './level.ts';
import type { AttemptPolicy } from './policy.ts';
import type { Safety } from './safety.ts';

/** What is known of an action without its handler: enough to start it, check its input and describe it. */
export interface CatalogueEntry {
  name: string;
  version: string;
  description?: string | undefined;
  policy: AttemptPolicy;
  safety?: Safety | undefined;
  /** Present when the process has imported the action; the worker checks again in any case. */
  input?: StandardSchemaV1 | undefined;
  inputSchema: object | null;
  outputSchema: object | null;
  level: AtomicityLevel;
}

export interface Catalogue {
  get(name: string): CatalogueEntry | undefined;
  list(): CatalogueEntry[];
}

/** In the words a definition uses, so that what is read here can be written there. */
export function describeEntry(entry: CatalogueEntry) {
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
  };
}
