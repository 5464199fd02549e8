import type { Router } from 'express';
import type { Catalogue, CatalogueEntry } from '../../core/catalogue.ts';
import { DoError } from '../../core/errors.ts';
import { isName } from '../../core/name.ts';
import type { ApiDeps } from '../deps.ts';
import { addRoute, segment } from './route.ts';

export function addActionRoutes(router: Router, { catalogue }: ApiDeps): void {
  addRoute(router, '/actions', {
    get: (_req, res) => void res.json({ items: catalogue.list().map(describe) }),
  });
  addRoute(router, '/actions/:name', {
    get: (req, res) => void res.json(describe(findAction(catalogue, segment(req.params['name'])))),
  });
}

export function findAction(catalogue: Catalogue, name: string): CatalogueEntry {
  const entry = isName(name) ? catalogue.get(name) : undefined;
  if (entry) return entry;
  throw new DoError(
    'ACTION_NOT_FOUND',
    `There is no action ${JSON.stringify(name.slice(0, 128))}. \`GET /v1/actions\` lists those there are; put the module of a new one under src/actions and restart the worker.`,
  );
}

/** In the words a definition uses, so that what is read here can be written there. */
function describe(entry: CatalogueEntry) {
  const { name, version, description, inputSchema, outputSchema, policy, level } = entry;
  return {
    name,
    version,
    description: description ?? null,
    inputSchema,
    outputSchema,
    retry: {
      maximumAttempts: policy.maximumAttempts,
      initialInterval: toDuration(policy.initialIntervalMs),
      backoffCoefficient: policy.backoffCoefficient,
      maximumInterval: toDuration(policy.maximumIntervalMs),
      nonRetryableErrorTypes: policy.nonRetryableErrorTypes,
    },
    timeout: toDuration(policy.timeoutMs),
    level,
  };
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** In the largest unit that needs no fraction. */
function toDuration(ms: number): string {
  const [unit, size] = UNITS.find(([, size]) => ms % size === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
