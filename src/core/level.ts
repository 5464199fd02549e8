import type { Safety } from './safety.ts';

/**
 * What holds for an action's effects when an attempt dies half-way. `transactional`: they commit with its outcome, or
 * not at all. `compensated`: what takes them back runs before the failure is told. `idempotent`: the handler passes its
 * token on, and the other side removes duplicates. `none`: a repeated or late attempt may act twice.
 */
export type AtomicityLevel = 'transactional' | 'compensated' | 'idempotent' | 'none';

/** A property's name survives minifiers; a handler that hands its whole context to a helper has to name it there. */
const PASSES_TOKEN = /\bidempotencyKey\b/;
const LEAVES_RECEIPTS = /\bonce\b/;

// `toString` of the prototype: the function itself may say whatever it likes.
const sourceOf = (handler: unknown): string => Function.prototype.toString.call(handler);

export const leavesReceipts = (handler: unknown): boolean => LEAVES_RECEIPTS.test(sourceOf(handler));

/** Derived from what the action is, since a declared level would only be a wish. */
export function levelOf(safety: Safety | undefined, handler: unknown): AtomicityLevel {
  if (safety?.transactional) return 'transactional';
  if (safety?.compensate) return 'compensated';
  return safety?.receipts || PASSES_TOKEN.test(sourceOf(handler)) ? 'idempotent' : 'none';
}
