import type { RequestHandler, Response } from 'express';
import { DoError } from '../core/errors.ts';
import type { ApiDeps, Caller } from './deps.ts';

/** The scheme is case-insensitive (RFC 9110), the key any text a header can carry. */
const BEARER = /^bearer +([\x21-\x7e]+)$/i;

/** Nothing about a request is looked at before its key. */
export function requireKey(authenticate: ApiDeps['authenticate']): RequestHandler {
  return async (req, res, next) => {
    const bearer = BEARER.exec(req.headers.authorization ?? '')?.[1];
    if (bearer === undefined) throw unauthorized('The request carries no API key.');
    const caller = await authenticate(bearer);
    if (!caller) throw unauthorized('The API key is not known, or no longer valid.');
    (res.locals as Locals).caller = caller;
    next();
  };
}

interface Locals {
  caller?: Caller;
}

export function callerOf(res: Response): Caller {
  const { caller } = res.locals as Locals;
  if (!caller)
    throw new DoError('INTERNAL', 'A route under /v1 was mounted before the check of the API key.');
  return caller;
}

const unauthorized = (what: string): DoError =>
  new DoError(
    'UNAUTHORIZED',
    `${what} Send \`Authorization: Bearer <key>\`; in development \`npm start\` says where the key is.`,
  );
