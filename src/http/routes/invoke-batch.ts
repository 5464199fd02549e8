import type { Request, Response } from 'express';
import type { StartRequest } from '../../core/backend.ts';
import { DoError } from '../../core/errors.ts';
import type { Kind } from '../../core/kind.ts';
import { callerOf } from '../bearer.ts';
import { readJson } from '../body.ts';
import type { ApiDeps } from '../deps.ts';
import { checkIdempotencyKey } from '../idempotency-key.ts';
import { countItems } from '../limits/rate.ts';
import { BATCH } from '../openapi/batch.ts';
import type { BatchItem, BatchResult } from '../openapi/batch.ts';
import { batchDoc } from '../openapi/docs/invoke.ts';
import { readPrefer } from '../prefer.ts';
import { toProblem } from '../problem.ts';
import { readTiming } from '../timing.ts';
import { within } from '../wait.ts';
import type { Asking } from './accepted.ts';
import { readAccepted, statusOf } from './accepted.ts';
import { findEntry } from './catalogue.ts';
import { limited } from './limited.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

/** Starts of one batch under way at a time: it must not take all that a server can do from the others. */
const CONCURRENT_STARTS = 10;

/**
 * Each item as if it had been sent alone, answered together in their order. A batch that can be read is 200 whatever
 * became of its items, as with SQS, Kinesis or DynamoDB: one status cannot tell of several outcomes, and 207 is WebDAV's.
 */
export const invokeBatchRoute = (kind: Kind, deps: ApiDeps, onError: (error: unknown) => void): Route => ({
  method: 'post',
  path: `/v1/${kind}s/:name/invoke-batch`,
  scope: 'invoke',
  doc: batchDoc(kind),
  handle: async (req, res) => {
    const caller = callerOf(res);
    const entry = findEntry(deps.catalogue, kind, segment(req.params['name']));
    const { waitMs, respondAsync, applied } = readPrefer(req);
    const common = { name: entry.name, kind, ...readHeaders(req), detached: respondAsync };
    const items = await readItems(req, res);
    await countItems(res, items.length);
    const backend = deps.backendFor(caller);
    const start = limited(CONCURRENT_STARTS, (request: StartRequest) => backend.start(request));
    const results = await within({ waitMs, res, stopping: deps.stopping }, (end) => {
      const asking = { backend, caller, entry, onError, end };
      return Promise.all(items.map((item) => invokeOne(item, common, start, asking)));
    });
    refuseOutage(results);
    if (applied) res.setHeader('Preference-Applied', applied);
    res.json({ items: results });
  },
});

type Start = Asking['backend']['start'];

async function invokeOne(
  item: BatchItem,
  common: Omit<StartRequest, 'input'>,
  start: Start,
  asking: Asking,
): Promise<BatchResult> {
  try {
    const { input, idempotencyKey: key } = item;
    const idempotencyKey = key === undefined ? undefined : checkIdempotencyKey(key);
    const request = { ...common, input, idempotencyKey };
    const started = await start(request);
    const invocation = await readAccepted(started, request, asking);
    return { status: statusOf(invocation, request), replayed: started.replayed, invocation };
  } catch (error) {
    const problem = toProblem(error, asking.onError);
    return { status: problem.status, error: problem };
  }
}

/** Ignored, a key of the whole would let a client believe that it may send the batch again. */
function readHeaders(req: Request) {
  if (req.headers['idempotency-key'] === undefined) return readTiming(req);
  throw new DoError(
    'IDEMPOTENCY_KEY_INVALID',
    'A batch has no `Idempotency-Key` header: give each item an `idempotencyKey` of its own. Nothing was executed.',
  );
}

/** What is no batch is refused as a whole: it is a program's mistake, and none of its data. */
async function readItems(req: Request, res: Response): Promise<BatchItem[]> {
  const { data, error } = BATCH.safeParse(await readJson(req, res));
  if (data) return data.items;
  const [issue] = error.issues;
  const where = issue?.path.length ? `\`${issue.path.join('.')}\`: ` : '';
  throw new DoError(
    'BODY_INVALID',
    `The body is no batch: ${where}${issue?.message}. Send { "items": [{ "input": …, "idempotencyKey": "…" }] }. Nothing was executed.`,
  );
}

/** Nothing at all was accepted, for now: as a single one would be, so that clients try again as they do there. */
function refuseOutage(results: readonly BatchResult[]): void {
  const errors = results.map((result) => ('error' in result ? result.error : undefined));
  const [first] = errors;
  if (first?.status === 503 && errors.every((error) => error?.code === first.code))
    throw new DoError(first.code, first.detail);
}
