import type { ToolAnnotations } from '@modelcontextprotocol/server';
import type { ToolEntry } from './entry.ts';

/**
 * Clients ask a person, or do not, by these; so they say what is known and nothing nicer.
 *
 * `readOnlyHint`: no definition says that a handler only reads, and its code cannot be asked. `destructiveHint`: no level
 * says that it only adds; even what is taken back after a failure stays once it has completed. `idempotentHint`: the same
 * arguments are the same invocation if a key is among them, and it need not be; without one even an action that passes
 * its token on gets a new token. `openWorldHint`: what a transactional action does is in the project's own database.
 */
export const hintsOf = ({ level }: ToolEntry): ToolAnnotations => ({
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: level !== 'transactional',
});

/** What a model has to know before it repeats a call that failed. */
const AFTER_FAILURE = {
  transactional: 'A call that fails has done nothing: it may be repeated.',
  compensated:
    'What a failed call did is taken back before the failure is told: it may be repeated, unless the code is COMPENSATION_FAILED.',
  idempotent: 'A failed call may have acted once: look before repeating it.',
  none: 'A failed call may have acted, also more than once: look before repeating it.',
  workflow: 'Its steps are taken back, where they can be, before a failure is told.',
} as const;

export function descriptionOf(entry: ToolEntry): string {
  const said = entry.description?.trim();
  const does = said ? said.replace(/([^.!?])$/, '$1.') : `The ${entry.kind} ${entry.name}.`;
  return `${does} ${AFTER_FAILURE[entry.kind === 'workflow' ? 'workflow' : (entry.level ?? 'none')]}`;
}
