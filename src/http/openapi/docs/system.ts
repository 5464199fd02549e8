import { z } from 'zod';
import type { RouteDoc } from '../route-doc.ts';
import { json } from '../route-doc.ts';
import { ERROR_CODE } from '../problem.ts';

const tag = 'System';

export const HEALTHZ: RouteDoc = {
  tag,
  operationId: 'healthz',
  summary: 'Whether the process is alive',
  answers: { 200: json('It is.', z.object({ status: z.literal('alive') })) },
};

export const READYZ: RouteDoc = {
  tag,
  operationId: 'readyz',
  summary: 'Whether requests can be served',
  answers: { 200: json('They can.', z.object({ status: z.literal('ready') })) },
  errors: ['TEMPORAL_UNAVAILABLE', 'STORE_UNAVAILABLE'],
};

export const ERROR_PAGE: RouteDoc = {
  tag,
  operationId: 'getErrorPage',
  summary: 'What an error code means and what to do',
  params: z.object({ code: ERROR_CODE }),
  answers: {
    200: { description: 'The page.', content: { 'text/markdown': z.string(), 'text/html': z.string() } },
  },
  errors: ['ROUTE_NOT_FOUND'],
};

export const OPENAPI: RouteDoc = {
  tag,
  operationId: 'getOpenApi',
  summary: 'This document',
  description: 'Without a key: what every key may use. With one also its actions and workflows.',
  answers: { 200: json('OpenAPI 3.1.', z.looseObject({})) },
};
