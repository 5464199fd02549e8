import { DoError } from './errors.ts';
import type { Scope } from './scope.ts';

/** Whoever asks, and what he may. */
export interface Caller {
  /** As stamped on invocations; `<tenant>:<name>` outside the default tenant. */
  id: string;
  /** Nothing is allowed that they do not name. */
  scopes: readonly Scope[];
}

/** Of every caller that names none: whoever never speaks of tenants has one. */
export const DEFAULT_TENANT = 'default';

/** Part of workflow ids: no colon, which parts tenant and name, and nothing that would have to be escaped. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** True for what may name a caller in its tenant, or a tenant. */
export const isCallerName = (value: unknown): value is string =>
  typeof value === 'string' && NAME.test(value);

/** The identity of `name` in a tenant: that of the default one is the name alone, as before there were tenants. */
export const callerIn = (tenant: string, name: string): string =>
  tenant === DEFAULT_TENANT ? name : `${tenant}:${name}`;

/** The tenant of whoever is stamped on an invocation. */
export const tenantOf = (caller: string): string => {
  const colon = caller.indexOf(':');
  return colon < 0 ? DEFAULT_TENANT : caller.slice(0, colon);
};

/** The name within the tenant. */
export const nameInTenant = (caller: string): string => caller.slice(caller.indexOf(':') + 1);

/** Throws `DEFINITION_INVALID` for what would be another tenant's caller, or none. */
export function checkTenant(tenant: unknown): string {
  if (isCallerName(tenant)) return tenant;
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected the tenant to be 1 to 64 letters, digits, dots, dashes or underscores, got ${JSON.stringify(String(tenant).slice(0, 100))}.`,
  );
}
