import type { Request } from 'express';

export const DEFAULT_WAIT_S = 30;
/** Most proxies cut a silent connection earlier; a client that wants to wait longer asks again. */
export const LONGEST_WAIT_S = 300;

export interface Preference {
  /** How long to wait for the invocation to close. */
  waitMs: number;
  /** True when the caller wants nothing but the acceptance. */
  respondAsync: boolean;
  /** For `Preference-Applied`; undefined when nothing was asked for. */
  applied: string | undefined;
}

/**
 * `Prefer: wait=<s>` and `respond-async` as RFC 7240 has them; with both, the wait comes first. What cannot be read is
 * ignored, since a preference may always be.
 */
export function readPrefer(req: Request, defaultWaitS = DEFAULT_WAIT_S): Preference {
  const preferences = parse(req.get('Prefer') ?? '');
  const wait = seconds(preferences.get('wait'));
  const respondAsync = preferences.has('respond-async');
  const applied = [
    ...(respondAsync ? ['respond-async'] : []),
    ...(wait === undefined ? [] : [`wait=${wait}`]),
  ].join(', ');
  return {
    waitMs: (wait ?? (respondAsync ? 0 : defaultWaitS)) * 1000,
    respondAsync: respondAsync && !wait,
    applied: applied || undefined,
  };
}

/** The first of several of one name counts. Neither preference of ours has a comma in its value. */
function parse(header: string): Map<string, string> {
  const preferences = new Map<string, string>();
  for (const part of header.split(',')) {
    const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*(?:=\s*"?([^";]*)"?)?/.exec(part) ?? [];
    if (name !== undefined && !preferences.has(name.toLowerCase())) {
      preferences.set(name.toLowerCase(), (value ?? '').trim());
    }
  }
  return preferences;
}

function seconds(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d{1,15}$/.test(value)) return undefined;
  return Math.min(Number(value), LONGEST_WAIT_S);
}
