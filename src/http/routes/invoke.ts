import type { Request, Response } from 'express';
import type { Started, StartRequest } from '../../core/backend.ts';
import type { CatalogueEntry } from '../../core/catalogue.ts';
import type { Invocation } from '../../core/invocation.ts';
import type { Kind } from '../../core/kind.ts';
import { startsAtOf } from '../../core/timing.ts';
import { callerOf } from '../bearer.ts';
import { readJson } from '../body.ts';
import type { ApiDeps } from '../deps.ts';
import { readIdempotencyKey } from '../idempotency-key.ts';
import type { Preference } from '../prefer.ts';
import { readPrefer } from '../prefer.ts';
import { readTiming } from '../timing.ts';
import { readWithin } from '../wait.ts';
import { findEntry } from './catalogue.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

export const invokeRoute = (kind: Kind, deps: ApiDeps, onError: (error: unknown) => void): Route => ({
  method: 'post',
  path: `/v1/${kind}s/:name/invoke`,
  scope: 'invoke',
  handle: async (req, res) => {
    const caller = callerOf(res).id;
    const entry = findEntry(deps.catalogue, kind, segment(req.params['name']));
    const preference = readPrefer(req);
    const request = await readRequest(req, res, entry, preference);
    const backend = deps.backendFor(caller);
    const started = await backend.start(request);
    const limits = { waitMs: preference.waitMs, res, stopping: deps.stopping };
    const invocation = await readWithin(backend, started.id, limits).catch((error: unknown) => {
      onError(error);
      return asAccepted(started, request, entry, caller);
    });
    answer(res, invocation, started, preference);
  },
});

/** The order of the checks is part of the contract: the name, the headers, the body. */
async function readRequest(
  req: Request,
  res: Response,
  { name, kind }: CatalogueEntry,
  { respondAsync }: Preference,
): Promise<StartRequest> {
  const idempotencyKey = readIdempotencyKey(req);
  const timing = readTiming(req);
  const input = await readJson(req, res);
  return { name, kind, input, idempotencyKey, ...timing, detached: respondAsync };
}

function answer(res: Response, invocation: Invocation, { replayed }: Started, preference: Preference): void {
  const { respondAsync, applied } = preference;
  if (replayed) res.setHeader('Idempotent-Replayed', 'true');
  if (applied) res.setHeader('Preference-Applied', applied);
  if (invocation.status === 'running' || respondAsync) {
    res.status(202).setHeader('Location', `/v1/invocations/${invocation.id}`);
  }
  res.json(invocation);
}

/**
 * What is known when the invocation was accepted but cannot be read: an error status would tell the client that
 * nothing was accepted, and make it send the request again.
 */
function asAccepted(
  { id }: Started,
  { input, idempotencyKey, delayMs }: StartRequest,
  { kind, name, version }: CatalogueEntry,
  caller: string,
): Invocation {
  const self = `/v1/invocations/${id}`;
  const startedAt = new Date().toISOString();
  return {
    id,
    kind,
    name,
    version,
    status: 'running',
    input,
    output: null,
    error: null,
    idempotencyKey: idempotencyKey ?? null,
    caller,
    attempts: 0,
    startedAt,
    ...startsAtOf(startedAt, delayMs),
    closedAt: null,
    links: { self, audit: `${self}/audit`, temporal: null },
  };
}
