import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Action } from '../../src/core/action.ts';
import { ActionError } from '../../src/core/action-error.ts';
import { ActionClient } from '../../src/core/client.ts';
import { keyAuthenticator } from '../../src/http/api-key.ts';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import { Do } from '../../src/remote.ts';
import { Session } from '../../src/runtime/session.ts';
import { z } from 'zod';
import { removeTree } from '../support/remove-tree.ts';

export const KEY = 'the-key-of-the-conformance-suite';

/** How often each input's handler has run, by its `id`. */
export const runs = new Map<string, number>();

const input = z.object({ id: z.string() });
type Input = z.infer<typeof input>;

function count({ id }: Input): number {
  runs.set(id, (runs.get(id) ?? 0) + 1);
  return runs.get(id)!;
}

export const add = new Action({
  name: 'conformance.add',
  description: 'Counts how often it runs',
  input,
  handler: (given) => ({ run: count(given), id: given.id }),
});

export const flaky = new Action({
  name: 'conformance.flaky',
  input,
  retry: { initialInterval: '10ms' },
  handler: (given) => {
    if (count(given) < 3) throw new Error('not yet');
    return 'third time lucky';
  },
});

export const decline = new Action({
  name: 'conformance.decline',
  input,
  handler: (given): string => {
    count(given);
    throw new ActionError('The card was declined.', { type: 'CardDeclined', nonRetryable: true });
  },
});

const gates = new Map<string, () => void>();
/** Lets the handler of `gate` with that id return. */
export const open = (id: string): void => gates.get(id)!();

/** Runs until it is opened or told to stop. */
export const gate = new Action({
  name: 'conformance.gate',
  input,
  handler: async (given, ctx) => {
    count(given);
    await new Promise<void>((resolve, reject) => {
      gates.set(given.id, resolve);
      ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error));
    });
    return 'opened';
  },
});

export interface TestSystem {
  url: string;
  clients: { temporal: ActionClient; http: Do };
  /** Ends its workers and nothing else. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** A real Temporal server, workers and the HTTP API, all on a data directory of their own. */
export async function startSystem(): Promise<TestSystem> {
  const dataDir = mkdtempSync(join(tmpdir(), 'do-conformance-'));
  process.env['DO_DATA_DIR'] = dataDir;
  const session = await Session.open({ graceMs: 500, forceMs: 1_000, onProgress: () => undefined });
  await session.serve();
  const app = createApp({
    backendFor: ({ id }) => session.backend.as(id),
    catalogue: session.catalogue,
    authenticate: keyAuthenticator([{ id: 'tester', scopes: ['admin'], secret: KEY }]),
    ready: () => session.ready(),
  });
  const api = await listen(app, 0);
  return {
    url: api.url,
    clients: {
      temporal: new ActionClient(session.backend),
      http: new Do({ apiKey: KEY, baseUrl: api.url }),
    },
    drain: () => session.drain(),
    async close() {
      await api.close(0);
      await session.close();
      await removeTree(dataDir);
    },
  };
}
