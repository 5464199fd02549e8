import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { DoError } from '../../core/errors.ts';
import { callerOf } from '../bearer.ts';
import type { Rate } from './settings.ts';

const PASS: RequestHandler = (_req, _res, next) => next();

/** Counted by caller and not by key: a second key of a caller is no second allowance. */
export const limitCaller = (rate: Rate | undefined, onLimited: () => void): RequestHandler =>
  rate ? limiter(rate, { what: 'one caller', keyOf: (_req, caller) => caller(), onLimited }) : PASS;

export const limitAddress = (rate: Rate | undefined, onLimited: () => void): RequestHandler =>
  rate ? limiter(rate, { what: 'one address without a key', keyOf: addressOf, onLimited }) : PASS;

/** An IPv6 network counts as one: who has one address of it has them all. */
export const addressOf = (req: Request): string => ipKeyGenerator(req.ip ?? '', 56);

interface Counted {
  what: string;
  keyOf: (req: Request, caller: () => string) => string;
  onLimited: () => void;
}

const limiter = ({ limit, windowMs }: Rate, { what, keyOf, onLimited }: Counted): RequestHandler =>
  rateLimit({
    limit,
    windowMs,
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
