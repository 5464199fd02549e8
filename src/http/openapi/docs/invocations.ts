import { z } from 'zod';
import { AUDIT } from '../audit.ts';
import { INVOCATION, INVOCATION_PAGE } from '../invocation.ts';
import { LIST_QUERY, prefer } from '../requests.ts';
import type { RouteDoc } from '../route-doc.ts';
import { json } from '../route-doc.ts';
import { invocationId } from '../values.ts';

const tag = 'Invocations';
const byId = { tag, params: z.object({ id: invocationId() }) } as const;
const NOT_THERE = ['INVOCATION_NOT_FOUND'] as const;

export const LIST_INVOCATIONS: RouteDoc = {
  tag,
  operationId: 'listInvocations',
  summary: 'List invocations',
  description:
    'Running ones first, then by closing time, newest first. May lag by a second, as reads by id never do.',
  query: LIST_QUERY,
  answers: { 200: json('One page.', INVOCATION_PAGE) },
  errors: ['QUERY_INVALID'],
};

export const GET_INVOCATION: RouteDoc = {
  ...byId,
  operationId: 'getInvocation',
  summary: 'Read an invocation',
  headers: z.object({
    Prefer: prefer.meta({
      description: '`wait=<seconds>`: answered as soon as it has closed.',
      example: 'wait=10',
    }),
  }),
  answers: {
    200: json('As it is now.', INVOCATION, z.object({ 'Preference-Applied': z.string().optional() })),
  },
  errors: NOT_THERE,
};

export const GET_AUDIT: RouteDoc = {
  ...byId,
  operationId: 'getAudit',
  summary: 'Read everything on record about an invocation',
  description:
    'With `Accept: text/event-stream` as it happens: one event for each entry, then one named `end` with the closed invocation.',
  headers: z.object({
    'Last-Event-ID': z.string().optional().meta({ description: 'Of a stream: the last `id` that arrived.' }),
  }),
  answers: {
    204: { description: 'Of a stream: it had ended, and its end has arrived.' },
    200: {
      description: 'The audit.',
      content: { 'application/json': AUDIT, 'text/event-stream': z.string() },
    },
  },
  errors: NOT_THERE,
};

export const CANCEL: RouteDoc = {
  ...byId,
  operationId: 'cancelInvocation',
  summary: 'Ask for cancellation',
  description: 'A running attempt is told and waited for. Does nothing once it has closed.',
  answers: { 202: json('Asked for.', INVOCATION) },
  errors: NOT_THERE,
};

export const COMPENSATE: RouteDoc = {
  ...byId,
  operationId: 'compensateInvocation',
  summary: 'Take back what an invocation that was ended from outside has left',
  answers: {
    202: json('The invocation that does it.', INVOCATION, z.object({ Location: z.string() })),
  },
  errors: [...NOT_THERE, 'INVOCATION_SETTLED'],
};
