import type { Request, Response } from 'express';
import { DoError, isDoError } from '../../core/errors.ts';
import type { Audit } from '../../core/invocation.ts';
import { callerOf } from '../bearer.ts';
import type { ApiDeps } from '../deps.ts';
import { EventStream } from '../event-stream.ts';
import { GET_AUDIT } from '../openapi/docs/invocations.ts';
import { within } from '../wait.ts';
import { AuditFeed } from './audit-feed.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

/** Each asks Temporal a few times a second while something happens. */
const MOST_STREAMS = 100;
/** `setTimeout` takes no more; whoever is still there after 24 days connects again. */
const LONGEST_STREAM_MS = 2 ** 31 - 1;
/** Of the last event: whoever has that needs nothing more. */
const END = 'end';

export function auditRoute({ backendFor, stopping }: ApiDeps, onError: (error: unknown) => void): Route {
  let open = 0;
  return {
    method: 'get',
    path: '/v1/invocations/:id/audit',
    scope: 'read',
    doc: GET_AUDIT,
    handle: async (req, res) => {
      const backend = backendFor(callerOf(res));
      const id = segment(req.params['id']);
      res.setHeader('Vary', 'Accept');
      if (!wantsStream(req)) return void res.json(await backend.audit(id));
      if (open >= MOST_STREAMS) throw tooMany();
      open++;
      try {
        await within({ waitMs: LONGEST_STREAM_MS, res, stopping }, (end) =>
          stream(res, backend.follow(id, end), { lastId: req.get('Last-Event-ID') ?? '', onError }),
        );
      } finally {
        open--;
      }
    },
  };
}

const wantsStream = (req: Request): boolean =>
  req.method === 'GET' && req.accepts(['application/json', 'text/event-stream']) === 'text/event-stream';

interface Streaming {
  lastId: string;
  onError: (error: unknown) => void;
}

async function stream(
  res: Response,
  audits: AsyncIterable<Audit>,
  { lastId, onError }: Streaming,
): Promise<void> {
  const feed = new AuditFeed();
  const events = new EventStream(res);
  try {
    for await (const { invocation, entries } of audits) {
      const isClosed = invocation.status !== 'running';
      if (!events.isOpen) {
        // What a browser takes for the end; at the end of a stream alone it would connect again.
        if (isClosed && lastId === END) return void res.status(204).end();
        feed.resume(lastId, entries);
        events.open();
      }
      for (const { id, entry } of feed.next(entries)) await events.send({ id, data: entry });
      if (isClosed) await events.send({ event: END, id: END, data: invocation });
    }
  } catch (error) {
    if (isEnded(error)) return events.close();
    // Before the first event it is the answer; after that the status is sent, and only a new connection can tell.
    if (!events.isOpen) throw error;
    onError(error);
  }
  events.close();
}

const isEnded = (error: unknown): boolean => isDoError(error) && error.code === 'WAIT_ABORTED';

const tooMany = (): DoError =>
  new DoError(
    'RATE_LIMITED',
    `This process follows ${MOST_STREAMS} invocations already, which is as many as it will. Ask again later, or ask for JSON.`,
  );
