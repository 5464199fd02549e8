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

/** What `createApi` takes. */
export interface ApiOptions {
  /** Who may call: `id` is stamped on invocations. Default: `DO_API_KEY`, or in development a key made in `dev.key`. */
  keys?: readonly { id: string; secret: string }[];
  /** Abort it when the process is about to end: requests that wait are answered at once, with 202. */
  stopping?: AbortSignal;
}

/**
 * The HTTP API as an Express app, to be mounted or listened on. It runs no handlers: workers do. Throws `UNAUTHORIZED` in
 * production when there is no key.
 */
export function createApi(options: ApiOptions = {}): Express {
  const { dataDir } = findProject();
  return createApp({
    backendFor: (caller) => new ProcessBackend(caller),
    catalogue: new ProjectCatalogue(manifestReader(dataDir)),
    authenticate: keyAuthenticator([...(options.keys ?? defaultKeys(dataDir))]),
    ready: () => processSession.use((session) => session.ready()),
    ...(options.stopping && { stopping: options.stopping }),
  });
}

function defaultKeys(dataDir: string): { id: string; secret: string }[] {
  const secret = process.env['DO_API_KEY'];
  if (secret) return [{ id: 'api', secret }];
  if (!isProduction()) return [{ id: 'dev', secret: ensureDevKey(dataDir) }];
  throw new DoError(
    'UNAUTHORIZED',
    'NODE_ENV is "production" and there is no API key: set DO_API_KEY to a random secret of at least 32 characters.',
  );
}
