import type { Request, RequestHandler, Response } from 'express';
import { DoError, isDoError } from '../core/errors.ts';
import type { Authenticate, Caller } from './deps.ts';

/** The scheme is case-insensitive (RFC 9110), the key any text a header can carry. */
const BEARER = /^bearer +([\x21-\x7e]+)$/i;

/** Nothing about a request is looked at before its key. */
export function requireKey(
  authenticate: Authenticate,
  onRefused: () => void = () => undefined,
): RequestHandler {
  return async (req, res, next) => {
    if ((res.locals as Locals).caller) return next();
    try {
      (res.locals as Locals).caller = await identify(req, res, authenticate);
    } catch (error) {
      if (isDoError(error) && (error.code === 'UNAUTHORIZED' || error.code === 'RATE_LIMITED')) onRefused();
      throw error;
    }
    next();
  };
}

async function identify(req: Request, res: Response, authenticate: Authenticate): Promise<Caller> {
  const bearer = BEARER.exec(req.headers.authorization ?? '')?.[1];
  if (bearer === undefined) throw unauthorized('The request carries no API key.');
  const caller = await authenticate(bearer, req, res);
  if (!caller) throw unauthorized('The API key is not known, or no longer valid.');
  return caller;
}

interface Locals {
  caller?: Caller;
}

/** Of a route that takes a key and needs none. */
export const callerIfAny = (res: Response): Caller | undefined => (res.locals as Locals).caller;

export function callerOf(res: Response): Caller {
  const caller = callerIfAny(res);
  if (!caller) throw new DoError('INTERNAL', 'A route that needs a key was mounted before the check of it.');
  return caller;
}

const unauthorized = (what: string): DoError =>
  new DoError(
    'UNAUTHORIZED',
    `${what} Send \`Authorization: Bearer <key>\`; in development \`npm start\` says where the key is.`,
  );
