import type { Request } from 'express';
import type { ListOptions } from '../core/query.ts';
import { queryInvalid } from '../core/query.ts';

/** The parameters of a list as they are written in the URL; whether they can be is for `checkQuery` to say. */
export function readListOptions(req: Request): ListOptions {
  const { limit, ...filters } = req.query;
  for (const [name, value] of Object.entries(req.query)) {
    if (Array.isArray(value))
      throw queryInvalid(`\`${name.slice(0, 100)}\` is there ${value.length} times; send it once.`);
  }
  return {
    ...filters,
    limit: typeof limit === 'string' && /^\d+$/.test(limit) ? Number(limit) : limit,
  } as ListOptions;
}
