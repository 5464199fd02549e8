import type { Invocation, InvocationStatus } from '../core/invocation.ts';
import type { InvocationItem } from '../core/query.ts';
import { toMs } from '../core/duration.ts';
import { throughDoor } from './door.ts';
import { roughly } from './durations.ts';
import { table } from './terminal.ts';

export interface ListOptions {
  name?: string;
  kind?: string;
  status?: string;
  code?: string;
  since?: string;
  until?: string;
  limit?: string;
  cursor?: string;
  json?: boolean;
}

export async function list({ json, ...options }: ListOptions): Promise<void> {
  // The list itself checks them and names the field; here they are only text.
  const query = {
    ...options,
    kind: options.kind as Invocation['kind'] | undefined,
    status: options.status as InvocationStatus | undefined,
    since: readTime(options.since, '--since'),
    until: readTime(options.until, '--until'),
    limit: options.limit === undefined ? undefined : Number(options.limit),
  };
  const page = await throughDoor((door) => door.invocations.list(query));
  if (json) return void process.stdout.write(`${JSON.stringify(page)}\n`);
  // Not cut to the width of the screen: half an id is none.
  process.stdout.write(table(HEADER, page.items.map(toRow), { isTTY: process.stdout.isTTY }));
  if (page.nextCursor) process.stderr.write(`There are more: --cursor ${page.nextCursor}\n`);
}

const HEADER = ['STARTED', 'STATUS', 'TOOK', 'NAME', 'ID'];

const toRow = ({ startedAt, closedAt, status, name, id }: InvocationItem): string[] => [
  startedAt,
  status,
  closedAt ? roughly(Date.parse(closedAt) - Date.parse(startedAt)) : '',
  name,
  id,
];

/** `1h` is an hour ago; anything else is a time. */
function readTime(given: string | undefined, option: string): string | Date | undefined {
  const isDuration = given !== undefined && /^\d+(\.\d+)? ?(ms|s|m|h|d)$/.test(given);
  return isDuration ? new Date(Date.now() - toMs(given, option)) : given;
}
