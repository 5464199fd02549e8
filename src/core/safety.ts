import type { FlowControl } from './flow.ts';
import type { AttemptPolicy } from './policy.ts';

/**
 * What has to be done before a failure is told, beside retrying. It travels with the invocation, so that a run never
 * needs the catalogue again.
 */
export interface Safety {
  /** Attempts commit in the store, so their token is sealed there first. */
  transactional?: true;
  /** Attempts leave receipts of outside calls in the store (`ctx.once`), which a late attempt must not add to. */
  receipts?: true;
  /** What takes an attempt back, and how often that is tried. */
  compensate?: Compensation;
}

export interface Compensation {
  policy: AttemptPolicy;
  /** The action that does it; absent where the action's own `compensate` function does. */
  action?: string;
  /** The limits of the action whose code it is. */
  flow?: FlowControl;
}

export const needsSeal = (safety: Safety): boolean =>
  safety.transactional === true || safety.receipts === true;

/** A run that ends without running any code of ours (terminated, say) leaves work behind only if it has one of these. */
export const needsSettling = (safety: Safety | undefined): boolean =>
  safety !== undefined && (needsSeal(safety) || safety.compensate !== undefined);
