import cors from 'cors';
import type { RequestHandler } from 'express';
import { DEFAULT_TENANT, tenantOf } from '../../core/caller.ts';
import { DoError } from '../../core/errors.ts';
import { callerOf } from '../bearer.ts';
import { readJson } from '../body.ts';
import type { ApiDeps } from '../deps.ts';
import type { Route } from './route.ts';

/** Temporal's tools are given this address, and add the rest. */
const CODEC = '/v1/codec';

/** By which Temporal's Web UI and CLI show what is encrypted; absent where nothing is. */
export const codecRoutes = ({ codec }: ApiDeps): Route[] =>
  codec
    ? [
        {
          method: 'post',
          path: `${CODEC}/decode`,
          scope: 'admin',
          handle: async (req, res) => {
            // Whose a payload is cannot be told from it.
            if (tenantOf(callerOf(res).id) !== DEFAULT_TENANT)
              throw new DoError(
                'FORBIDDEN',
                'Payloads are of all tenants, and so for keys of none: use one of the default tenant.',
              );
            res.json(codec.decode(await readJson(req, res)));
          },
        },
      ]
    : [];

/** For pages of the Web UI's own origin, and of no other; before the key, which no browser sends when it asks first. */
export const codecOrigin = ({ codec }: ApiDeps): [string, RequestHandler] => [
  CODEC,
  codec
    ? cors({
        origin: (origin, tell) =>
          void codec.webUi().then(
            (webUi) => tell(null, webUi !== null && origin === new URL(webUi).origin),
            () => tell(null, false),
          ),
        methods: ['POST'],
        allowedHeaders: ['Authorization', 'Content-Type', 'X-Namespace'],
        maxAge: 600,
      })
    : (_req, _res, next) => next(),
];
