import type { Request, Response } from 'express';
import { DoError, isDoError } from '../../core/errors.ts';
import type { Audit } from '../../core/invocation.ts';
import { callerOf } from '../bearer.ts';
import type { ApiDeps } from '../deps.ts';
import { EventStream } from '../event-stream.ts';
import { Places } from '../limits/places.ts';
import { GET_AUDIT } from '../openapi/docs/invocations.ts';
import { within } from '../wait.ts';
import { AuditFeed } from './audit-feed.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

/** Each asks Temporal a few times a second while something happens. */
const MOST_STREAMS = 100;
/** Then a client connects again, and goes on where it was, with a key that is looked up again: it may be revoked. */
const LONGEST_STREAM_MS = 300_000;
const RETRY_AFTER_S = 5;
/** Of the last event: whoever has that needs nothing more. */
const END = 'end';

export function auditRoute({ backendFor, stopping }: ApiDeps, onError: (error: unknown) => void): Route {
  const places = new Places(MOST_STREAMS);
  return {
    method: 'get',
    path: '/v1/invocations/:id/audit',
    scope: 'read',
    doc: GET_AUDIT,
    handle: async (req, res) => {
      const caller = callerOf(res);
      const backend = backendFor(caller);
      const id = segment(req.params['id']);
      res.setHeader('Vary', 'Accept');
      if (!wantsStream(req)) return void res.json(await backend.audit(id));
      const leave = places.take(caller.id);
      if (!leave) {
        res.setHeader('Retry-After', String(RETRY_AFTER_S));
        throw tooMany();
      }
      try {
        await within({ waitMs: LONGEST_STREAM_MS, res, stopping }, (end) =>
          stream(res, backend.follow(id, end), { lastId: req.get('Last-Event-ID') ?? '', onError }),
        );
      } finally {
        leave();
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
    `This process follows ${MOST_STREAMS} invocations already, or ${MOST_STREAMS / 2} for this caller, which is as many as it will. Ask again later, or ask for JSON.`,
  );
