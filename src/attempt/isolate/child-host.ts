import type { ActionLog } from '../../core/context.ts';
import type { StagedInvocation } from '../../core/envelope.ts';
import { toJson } from '../../core/json.ts';
import { Store } from '../../store/index.ts';
import type { AttemptHost } from '../host.ts';
import type { ChildLink } from './child-link.ts';
import type { Order } from './messages.ts';

/** What the attempt needs, from the worker. */
export function childHost(link: ChildLink, { invocationId, timeoutMs, secrets }: Order): AttemptHost {
  let store: Promise<Store> | undefined;
  return {
    invocationId,
    timeoutMs,
    signal: link.signal,
    heartbeat: heartbeats(link),
    log: childLog(link),
    secrets: (name) => secrets[name],
    // One transaction at a time is all that one attempt has.
    store: () =>
      (store ??= link
        .ask({ about: 'store' })
        .then((url) => Store.open(url as string, { maxConnections: 1 }))),
    stage: async (request) => (await link.ask({ about: 'stage', request })) as StagedInvocation,
  };
}

/** The worker repeats the last one by itself, also when this process cannot. */
function heartbeats(link: ChildLink): (details: unknown) => void {
  let last: unknown;
  return (details) => {
    if (details === last) return;
    last = details;
    link.tell({ type: 'heartbeat', details });
  };
}

function childLog(link: ChildLink): ActionLog {
  const level = (level: keyof ActionLog) => (message: string, fields?: Record<string, unknown>) =>
    link.tell({ type: 'log', level, message, ...(fields && { fields: plain(fields) }) });
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
}

/** A line must not be lost for a field that JSON cannot hold. */
function plain(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]): [string, unknown] => {
    try {
      return [name, value instanceof Error ? (value.stack ?? value.message) : toJson(value)];
    } catch {
      return [name, typeof value === 'bigint' ? String(value) : `(${typeof value})`];
    }
  });
  return Object.fromEntries(entries);
}
