import type { Express } from 'express';
import { DoError } from './core/errors.ts';
import { keyAuthenticator } from './http/api-key.ts';
import { createApp } from './http/app.ts';
import { ProcessBackend } from './runtime/backend.ts';
import { ProjectCatalogue } from './runtime/catalogue.ts';
import { ensureDevKey } from './runtime/dev-key.ts';
import { isProduction } from './runtime/environment.ts';
import { manifestReader } from './runtime/manifest.ts';
import { processSession } from './runtime/process-session.ts';
import { findProject } from './runtime/project.ts';
import { configuredDatabase } from './runtime/store-url.ts';
import { findKey, isStoredKey } from './store/keys.ts';

/** What `createApi` takes. */
export interface ApiOptions {
  /**
   * Who may call, and nobody else: `id` is stamped on invocations. Default: the keys of `do-sdk keys create`, and beside
   * them `DO_API_KEY` as the caller `api`, or in development without it a key made in `dev.key` as the caller `dev`.
   */
  keys?: readonly { id: string; secret: string }[];
  /** Abort it when the process is about to end: requests that wait are answered at once, with 202. */
  stopping?: AbortSignal;
}

/**
 * The HTTP API as an Express app, to be mounted or listened on. It runs no handlers: workers do. Throws `UNAUTHORIZED` in
 * production when there are neither keys nor a `DATABASE_URL` to look them up in.
 */
export function createApi(options: ApiOptions = {}): Express {
  const { dataDir } = findProject();
  const keys = options.keys ?? defaultKeys(dataDir);
  const findStored = options.keys || !hasStore() ? undefined : findStoredCaller;
  return createApp({
    backendFor: (caller) => new ProcessBackend(caller),
    catalogue: new ProjectCatalogue(manifestReader(dataDir)),
    authenticate: keyAuthenticator(keys, findStored),
    ready: () => ready({ needsStore: keys.length === 0 && findStored !== undefined }),
    ...(options.stopping && { stopping: options.stopping }),
  });
}

function defaultKeys(dataDir: string): { id: string; secret: string }[] {
  const secret = process.env['DO_API_KEY'];
  if (secret) return [{ id: 'api', secret }];
  if (!isProduction()) return [{ id: 'dev', secret: ensureDevKey(dataDir) }];
  if (hasStore()) return [];
  throw new DoError(
    'UNAUTHORIZED',
    'NODE_ENV is "production" and there is no API key: set DO_API_KEY to a random secret of at least 32 characters, or DATABASE_URL to the database of `do-sdk keys create`.',
  );
}

/** In production nothing embedded is started. */
const hasStore = (): boolean => configuredDatabase() !== undefined || !isProduction();

/** The store is opened for a key that may be in it, and so never where there are none. */
async function findStoredCaller(bearer: string): Promise<{ id: string } | undefined> {
  if (!isStoredKey(bearer)) return undefined;
  const found = await processSession.use(async (session) => findKey(await session.store(), bearer));
  return found && { id: found.name };
}

async function ready({ needsStore }: { needsStore: boolean }): Promise<void> {
  await processSession.use(async (session) => {
    await session.ready();
    if (needsStore) await (await session.store()).query('select 1');
  });
}
