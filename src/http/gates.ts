import type { Request, RequestHandler } from 'express';
import { authorize } from './authorize.ts';
import { requireKey } from './bearer.ts';
import type { ApiDeps } from './deps.ts';
import { limitFailures } from './limits/failed-keys.ts';
import { limitAddress, limitCaller } from './limits/rate.ts';
import type { Limits } from './limits/settings.ts';
import type { ApiMetrics } from './observe/metrics.ts';
import type { Route } from './routes/route.ts';

/** An orchestrator that is told 429 would end the process. */
const NEVER_LIMITED = '/healthz';

/** What a request passes before its route; the order is part of the contract: who it is, what he may, how often. */
export class Gates {
  /** Nothing about a request is looked at before its key. */
  readonly key: RequestHandler;
  readonly limitCaller: RequestHandler;
  readonly #limitAddress: RequestHandler;

  constructor(authenticate: ApiDeps['authenticate'], limits: Limits, metrics: ApiMetrics) {
    const { perCaller, perAddress, failedKeys } = limits;
    this.key = requireKey(limitFailures(authenticate, failedKeys), () => metrics.refused('key'));
    this.limitCaller = limitCaller(perCaller, () => metrics.refused('caller_rate'));
    this.#limitAddress = limitAddress(perAddress, () => metrics.refused('address_rate'));
  }

  of = (route: Route): RequestHandler[] => {
    if (route.takesKey) return [this.#eitherWay];
    const authorized = authorize(route);
    if (authorized) return [this.key, authorized, this.limitCaller];
    return route.path === NEVER_LIMITED ? [] : [this.#limitAddress];
  };

  /** Of a route that needs no key and tells whoever sends one more. */
  #eitherWay: RequestHandler = async (req, res, next) => {
    if (isAnonymous(req)) return this.#limitAddress(req, res, next);
    await this.key(req, res, (error?: unknown) => {
      if (error === undefined) this.limitCaller(req, res, next);
      else next(error);
    });
  };
}

const isAnonymous = (req: Request): boolean => req.headers.authorization === undefined;
