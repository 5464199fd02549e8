import type { Request, Response } from 'express';
import type { Started, StartRequest } from '../../core/backend.ts';
import type { CatalogueEntry } from '../../core/catalogue.ts';
import type { Invocation } from '../../core/invocation.ts';
import type { Kind } from '../../core/kind.ts';
import { callerOf } from '../bearer.ts';
import { readJson } from '../body.ts';
import type { ApiDeps } from '../deps.ts';
import { readIdempotencyKey } from '../idempotency-key.ts';
import { invokeDoc } from '../openapi/docs/invoke.ts';
import type { Preference } from '../prefer.ts';
import { readPrefer } from '../prefer.ts';
import { readTiming } from '../timing.ts';
import { within } from '../wait.ts';
import { readAccepted, statusOf } from './accepted.ts';
import { findEntry } from './catalogue.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

export const invokeRoute = (kind: Kind, deps: ApiDeps, onError: (error: unknown) => void): Route => ({
  method: 'post',
  path: `/v1/${kind}s/:name/invoke`,
  scope: 'invoke',
  doc: invokeDoc(kind),
  handle: async (req, res) => {
    const caller = callerOf(res);
    const entry = findEntry(deps.catalogue, kind, segment(req.params['name']));
    const preference = readPrefer(req);
    const request = await readRequest(req, res, entry, preference);
    const backend = deps.backendFor(caller);
    const started = await backend.start(request);
    const limits = { waitMs: preference.waitMs, res, stopping: deps.stopping };
    const invocation = await within(limits, (end) =>
      readAccepted(started, request, { backend, caller, entry, onError, end }),
    );
    answer(res, invocation, started, { ...preference, request });
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

function answer(
  res: Response,
  invocation: Invocation,
  { replayed }: Started,
  { applied, request }: Preference & { request: StartRequest },
): void {
  const status = statusOf(invocation, request);
  if (replayed) res.setHeader('Idempotent-Replayed', 'true');
  if (applied) res.setHeader('Preference-Applied', applied);
  if (status === 202) res.setHeader('Location', `/v1/invocations/${invocation.id}`);
  res.status(status).json(invocation);
}
