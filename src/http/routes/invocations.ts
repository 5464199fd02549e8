import { checkQuery } from '../../core/query.ts';
import { isOwn } from '../access.ts';
import { callerOf } from '../bearer.ts';
import type { ApiDeps } from '../deps.ts';
import { CANCEL, COMPENSATE, GET_INVOCATION, LIST_INVOCATIONS } from '../openapi/docs/invocations.ts';
import { readPrefer } from '../prefer.ts';
import { readListOptions } from '../query.ts';
import { readUntil, within } from '../wait.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

export const invocationRoutes = (deps: ApiDeps): Route[] => [...readingRoutes(deps), ...endingRoutes(deps)];

const readingRoutes = ({ backendFor, stopping }: ApiDeps): Route[] => [
  {
    method: 'get',
    path: '/v1/invocations',
    scope: 'read',
    doc: LIST_INVOCATIONS,
    handle: async (req, res) => {
      res.json(await backendFor(callerOf(res)).list(checkQuery(readListOptions(req))));
    },
  },
  {
    method: 'get',
    path: '/v1/invocations/:id',
    scope: 'read',
    doc: GET_INVOCATION,
    handle: async (req, res) => {
      const { waitMs, applied } = readPrefer(req, 0);
      const caller = callerOf(res);
      const id = segment(req.params['id']);
      // Whoever waits for what he has started is still at his first request, as far as he is concerned.
      const options = { isOwn: waitMs > 0 && isOwn(caller, id) };
      const invocation = await within({ waitMs, res, stopping }, (end) =>
        readUntil(backendFor(caller), id, end, options),
      );
      if (waitMs > 0 && applied) res.setHeader('Preference-Applied', applied);
      res.json(invocation);
    },
  },
];

const endingRoutes = ({ backendFor }: ApiDeps): Route[] => [
  {
    method: 'post',
    path: '/v1/invocations/:id/cancel',
    scope: 'operate',
    doc: CANCEL,
    handle: async (req, res) => {
      const id = segment(req.params['id']);
      const backend = backendFor(callerOf(res));
      await backend.cancel(id);
      res.status(202).json(await backend.get(id));
    },
  },
  {
    method: 'post',
    path: '/v1/invocations/:id/compensate',
    scope: 'operate',
    doc: COMPENSATE,
    handle: async (req, res) => {
      const backend = backendFor(callerOf(res));
      // An invocation of its own: the one that is compensated has closed and stays as it is.
      const { id } = await backend.compensate(segment(req.params['id']));
      res.status(202).setHeader('Location', `/v1/invocations/${id}`);
      res.json(await backend.get(id));
    },
  },
];
