import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, MemoryStore, rateLimit } from 'express-rate-limit';
import { DoError } from '../../core/errors.ts';
import { callerOf } from '../bearer.ts';
import type { Rate } from './settings.ts';

const PASS: RequestHandler = (_req, _res, next) => next();

/** Counted by caller and not by key: a second key of a caller is no second allowance. */
export function limitCaller(rate: Rate | undefined, onLimited: () => void): RequestHandler {
  if (!rate) return PASS;
  const store = new MemoryStore();
  const limit = limiter(rate, { what: 'one caller', keyOf: (_req, caller) => caller(), onLimited, store });
  return (req, res, next) => {
    (res.locals as Locals).countMore = (more) => countMore(res, more, { rate, store, onLimited });
    return limit(req, res, next);
  };
}

interface Locals {
  countMore?: (more: number) => Promise<void>;
}

/** A batch is counted by its items, or it would be the way around the limit; it has been counted as one request already. */
export const countItems = async (res: Response, items: number): Promise<void> =>
  await (res.locals as Locals).countMore?.(items - 1);

/** All of them or none: what does not fit is refused before anything is started, and costs the one request only. */
async function countMore(
  res: Response,
  more: number,
  { rate: { limit, windowMs }, store, onLimited }: { rate: Rate; store: MemoryStore; onLimited: () => void },
): Promise<void> {
  if (more <= 0) return;
  const caller = callerOf(res).id;
  const { used, resetTime } = await addTo(store, caller, more);
  if (used <= limit) return tellRemaining(res, limit - used);
  await Promise.all(Array.from({ length: more }, () => store.decrement(caller)));
  onLimited();
  res.setHeader('Retry-After', String(Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / 1000))));
  const cure = more + 1 > limit ? '; send fewer at a time' : '';
  throw rateLimited(
    `a batch counts by its items, and its ${more + 1} would be more than ${limit} of one caller in ${windowMs / 1000} s${cure}`,
  );
}

/** Its counters change at once, before anything is awaited: no other request comes in between. */
async function addTo(store: MemoryStore, key: string, more: number) {
  const counted = await Promise.all(Array.from({ length: more }, () => store.increment(key)));
  const { totalHits: used, resetTime = new Date() } = counted.at(-1)!;
  return { used, resetTime };
}

/** The header was written when the request was counted as one. */
function tellRemaining(res: Response, remaining: number): void {
  const told = res.getHeader('RateLimit');
  if (typeof told === 'string') res.setHeader('RateLimit', told.replace(/; r=\d+/, `; r=${remaining}`));
}

export const limitAddress = (rate: Rate | undefined, onLimited: () => void): RequestHandler =>
  rate ? limiter(rate, { what: 'one address without a key', keyOf: addressOf, onLimited }) : PASS;

/** An IPv6 network counts as one: who has one address of it has them all. */
export const addressOf = (req: Request): string => ipKeyGenerator(req.ip ?? '', 56);

interface Counted {
  what: string;
  keyOf: (req: Request, caller: () => string) => string;
  onLimited: () => void;
  store?: MemoryStore;
}

const limiter = (
  { limit, windowMs }: Rate,
  { what, keyOf, onLimited, store = new MemoryStore() }: Counted,
): RequestHandler =>
  rateLimit({
    limit,
    windowMs,
    store,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (req, res) => keyOf(req, () => callerOf(res).id),
    handler: (_req, _res, next) => {
      onLimited();
      next(rateLimited(`more than ${limit} of ${what} in ${windowMs / 1000} s`));
    },
    // Whether to believe X-Forwarded-For is a setting of ours, and each request meets one limiter.
    validate: false,
  });

export const rateLimited = (why: string): DoError =>
  new DoError(
    'RATE_LIMITED',
    `Too many requests: ${why}. Nothing was executed; wait as long as \`Retry-After\` says.`,
  );
