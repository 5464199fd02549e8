import { toMs } from '../../core/duration.ts';
import { DoError } from '../../core/errors.ts';

/** So many requests in so long a time. */
export interface Rate {
  limit: number;
  windowMs: number;
}

/** What one API process takes. Several of them count each for itself. */
export interface Limits {
  /** Of one caller, whichever of its keys it uses; undefined: any number. */
  perCaller?: Rate | undefined;
  /** Of one address on the routes that need no key, but for `/healthz`. */
  perAddress?: Rate | undefined;
  /** Keys and tokens of one address that were refused. */
  failedKeys?: Rate | undefined;
  /** Requests that are served at a time. */
  maxRequests: number;
  /** Beside them: requests that wait for an invocation to close. */
  maxWaiting: number;
  /** How late the event loop may be on average before requests are refused; undefined: however late. */
  maxLagMs?: number | undefined;
  /** How far `X-Forwarded-For` is believed: a number of proxies, or their addresses. Default: not at all. */
  trustProxy?: number | string[] | undefined;
  /** Of pages that a browser may let call the API; `*` for any. */
  corsOrigins: readonly string[];
}

/**
 * Of the environment. A program of its developer's is not counted, and a handler that stops at a breakpoint is no overload; refused keys always are, since nobody who has one
 * sends many that are none.
 */
export function configuredLimits(isProduction: boolean, env: NodeJS.ProcessEnv = process.env): Limits {
  const [caller, address, late] = isProduction ? ['6000/1m', '600/1m', '1s'] : ['off', 'off', 'off'];
  return {
    perCaller: rate(env, 'DO_RATE_LIMIT', caller),
    perAddress: rate(env, 'DO_RATE_LIMIT_ADDRESS', address),
    failedKeys: rate(env, 'DO_RATE_LIMIT_FAILED', '100/1m'),
    maxRequests: count(env, 'DO_MAX_REQUESTS', 500),
    maxWaiting: count(env, 'DO_MAX_WAITING', 1_000),
    maxLagMs: lag(env, 'DO_MAX_LAG', late),
    trustProxy: trustProxy(env['DO_TRUST_PROXY']),
    corsOrigins: origins(env['DO_CORS_ORIGINS']),
  };
}

function rate(env: NodeJS.ProcessEnv, name: string, otherwise: string): Rate | undefined {
  const text = env[name] || otherwise;
  if (text === 'off') return undefined;
  const [, limit, per] = /^(\d{1,9})\/(.+)$/.exec(text) ?? [];
  if (Number(limit) >= 1 && per !== undefined) return { limit: Number(limit), windowMs: toMs(per, name) };
  throw invalid(name, 'a number of requests in a time, such as 600/1m, or off', text);
}

function count(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const text = env[name] || String(otherwise);
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw invalid(name, 'a whole number of at least 1', text);
}

function lag(env: NodeJS.ProcessEnv, name: string, otherwise: string): number | undefined {
  const text = env[name] || otherwise;
  return text === 'off' || text === '0' ? undefined : toMs(/^\d+$/.test(text) ? Number(text) : text, name);
}

/** Not `true`: then whoever sends the header chooses the address he is counted by. */
function trustProxy(text: string | undefined): number | string[] | undefined {
  if (!text) return undefined;
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const addresses = text.split(',').map((part) => part.trim());
  if (
    addresses.every((part) =>
      /^(loopback|linklocal|uniquelocal|[\d.]+(\/\d+)?|[\da-f:]*:[\da-f:.]*(\/\d+)?)$/i.test(part),
    )
  )
    return addresses;
  throw invalid(
    'DO_TRUST_PROXY',
    'the number of proxies in front of the API, or their addresses (10.0.0.0/8, loopback)',
    text,
  );
}

function origins(text: string | undefined): string[] {
  const given = text ? text.split(',').map((part) => part.trim()) : [];
  const wrong = given.find((one) => one !== '*' && (!URL.canParse(one) || new URL(one).origin !== one));
  if (wrong === undefined) return given;
  throw invalid(
    'DO_CORS_ORIGINS',
    'origins such as https://app.example.com, with commas between them',
    wrong,
  );
}

const invalid = (name: string, expected: string, got: string): DoError =>
  new DoError(
    'DEFINITION_INVALID',
    `Expected ${name} to be ${expected}, got ${JSON.stringify(got.slice(0, 200))}.`,
  );
