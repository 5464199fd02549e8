import type { Caller } from '../core/caller.ts';
import { DEFAULT_TENANT, tenantOf } from '../core/caller.ts';
import { DoError } from '../core/errors.ts';
import { invocationNotFound } from '../core/invocation-id.ts';
import type { Need } from '../core/scope.ts';
import { allows } from '../core/scope.ts';
import { subjectOf } from '../core/subject.ts';

/** Throws `FORBIDDEN`, which names the scope that is missing. Without a `name`: unless some name may be. */
export function requireScope({ id, scopes }: Caller, need: Need, name?: string): void {
  if (allows(scopes, need, name)) return;
  throw forbidden(id, need === 'read' || need === 'invoke' ? `${need}:${shown(name)}` : need);
}

/** What may be invoked may be looked up: its schema says how. */
export const mayDescribe = ({ scopes }: Caller, name?: string): boolean =>
  allows(scopes, 'read', name) || allows(scopes, 'invoke', name);

export function requireDescribe(caller: Caller, name?: string): void {
  if (!mayDescribe(caller, name)) throw forbidden(caller.id, `read:${shown(name)}`);
}

/** Whether it was this caller who started it. */
export const isOwn = ({ id }: Caller, invocationId: string): boolean =>
  subjectOf(invocationId)?.caller === id;

/**
 * Told by the id alone, before anything is read: an invocation of another tenant takes the same work and gets the same
 * answer whether it is there or not. What a caller has started itself it may read, since with `invoke` alone it could
 * not fetch the result it waits for.
 */
export function requireInvocation(caller: Caller, need: Need, invocationId: string): void {
  const subject = subjectOf(invocationId);
  const isOwnResult =
    need === 'read' && isOwn(caller, invocationId) && allows(caller.scopes, 'invoke', subject?.name);
  if (!isOwnResult) requireScope(caller, need, subject?.name);
  if (subject && tenantOf(subject.caller ?? DEFAULT_TENANT) !== tenantOf(caller.id))
    throw invocationNotFound(invocationId);
}

const shown = (name: string | undefined): string => (name === undefined ? '*' : name.slice(0, 128));

const forbidden = (caller: string, scope: string): DoError =>
  new DoError(
    'FORBIDDEN',
    `The key of "${caller}" has not the scope ${JSON.stringify(scope)}, nor one that includes it. Use another key, or have one made: \`do-sdk keys create --name … --scope …\`.`,
  );
