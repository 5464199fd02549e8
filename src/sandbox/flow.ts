import type { Priority } from '@temporalio/common';
import type { FlowControl } from '../core/flow.ts';
import { keyOf } from '../core/flow.ts';
import { isEncrypted } from './encoded-failures.ts';

/** What Temporal is told with one activity. */
export interface ActivityFlow {
  /** True: a worker may give it back until it has a slot for it. */
  waitsForSlot: boolean;
  priority?: Priority;
}

/** Of its fairness key Temporal takes so many bytes. */
const LONGEST_KEY = 64;

/** Undefined where there is nothing to tell: an activity then has the priority of its workflow. */
export function activityFlow(flow: FlowControl | undefined, input: unknown): ActivityFlow | undefined {
  if (!flow) return undefined;
  const fairnessKey = shortened(keyOf(flow.rateLimit?.key, input));
  const priority: Priority = {
    ...(flow.priority !== undefined && { priorityKey: flow.priority }),
    ...(fairnessKey !== '' && { fairnessKey }),
  };
  return {
    waitsForSlot: flow.concurrency !== undefined,
    ...(Object.keys(priority).length > 0 && { priority }),
  };
}

function shortened(key: string): string {
  const bytes = new TextEncoder().encode(key);
  // Temporal encrypts none.
  if (bytes.length <= LONGEST_KEY && (key === '' || !isEncrypted())) return key;
  return `${fnv(bytes, 0x811c9dc5)}${fnv(bytes.toReversed(), 0x811c9dc5)}-${bytes.length}`;
}

/** FNV-1a. Two keys of one hash would share a limit, which is no harm; a cryptographic one would be a tenth of the bundle. */
function fnv(bytes: Uint8Array, basis: number): string {
  const hash = bytes.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193) >>> 0, basis);
  return hash.toString(16).padStart(8, '0');
}
