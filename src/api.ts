import type { Express } from 'express';
import type { Caller } from './core/caller.ts';
import { callerIn, checkTenant, DEFAULT_TENANT } from './core/caller.ts';
import { DoError } from './core/errors.ts';
import { checkScopes } from './core/scope.ts';
import type { ApiKey, FindCaller } from './http/api-key.ts';
import { keyAuthenticator } from './http/api-key.ts';
import { createApp } from './http/app.ts';
import type { ApiDeps } from './http/deps.ts';
import { configuredLimits } from './http/limits/settings.ts';
import { isJwt, oidcAuthenticator } from './http/oidc/authenticate.ts';
import type { OidcOptions } from './http/oidc/settings.ts';
import { configuredOidc } from './http/oidc/settings.ts';
import type { Log } from './log/index.ts';
import { hideInLogs } from './log/index.ts';
import { processLog } from './log/process-log.ts';
import type { McpHttpOptions } from './mcp/http.ts';
import { ProcessBackend } from './runtime/backend.ts';
import { ProjectCatalogue } from './runtime/catalogue.ts';
import { ensureDevKey } from './runtime/dev-key.ts';
import { configuredCodec } from './runtime/codec.ts';
import { isProduction } from './runtime/environment.ts';
import { manifestReader } from './runtime/manifest.ts';
import { ownVersion } from './runtime/own-version.ts';
import { processSession } from './runtime/process-session.ts';
import { findProject } from './runtime/project.ts';
import { configuredDatabase } from './runtime/store-url.ts';
import { findKey } from './store/find-key.ts';
import { isStoredKey } from './store/key-text.ts';

/** What `createApi` takes. */
export interface ApiOptions {
  /**
   * Who may call, and nobody else: `id` is stamped on invocations. Default: the keys of `do-sdk keys create`, and beside
   * them `DO_API_KEY` as the caller `api`, or in development without it a key made in `dev.key` as the caller `dev`.
   */
  keys?: readonly {
    id: string;
    secret: string;
    /** As in `do-sdk keys create --scope`. Default: `invoke:*` and `read:*`. */
    scopes?: readonly string[];
    /** It sees the invocations of this tenant only. Default: `default`. */
    tenant?: string;
  }[];
  /** Whose tokens are taken beside the keys. Default: those of `OIDC_ISSUER`, unless `keys` are given. */
  oidc?: OidcOptions;
  /** Abort it when the process is about to end: requests that wait are answered at once, with 202. */
  stopping?: AbortSignal;
}

/**
 * The HTTP API as an Express app, to be mounted or listened on. It runs no handlers: workers do. Throws `UNAUTHORIZED` in
 * production when there are neither keys, nor a `DATABASE_URL` to look them up in, nor an issuer of tokens.
 */
export function createApi(options: ApiOptions = {}): Express {
  const { dataDir } = findProject();
  const catalogue = new ProjectCatalogue(manifestReader(dataDir));
  const limits = configuredLimits(isProduction());
  const log = processLog();
  const identity = identityOf(options, dataDir, log);
  return createApp({
    backendFor: ({ id }) => new ProcessBackend(id),
    codec: configuredCodec(),
    catalogue,
    mcp: mcpWhenAsked({ catalogue, version: ownVersion(), allowedOrigins: limits.corsOrigins }),
    authenticate: identity.authenticate,
    ready: () => ready(identity),
    limits,
    log,
    // In a terminal they would bury what a developer has logged.
    requestLevel: isProduction() ? 'info' : 'debug',
    ...(options.stopping && { stopping: options.stopping }),
  });
}

/** Loaded for the first agent: it is a quarter of what the API would have to load. */
function mcpWhenAsked(options: McpHttpOptions): NonNullable<ApiDeps['mcp']> {
  let loaded: Promise<NonNullable<ApiDeps['mcp']>> | undefined;
  return async (req, res, call) => {
    loaded ??= import('./mcp/http.ts').then(({ mcpHttpHandler }) => mcpHttpHandler(options));
    await (
      await loaded
    )(req, res, call);
  };
}

interface Identity {
  authenticate: FindCaller;
  /** True when nobody can be told without the database. */
  needsStore: boolean;
}

function identityOf(options: ApiOptions, dataDir: string, log: Log): Identity {
  const oidc = options.oidc ?? (options.keys ? undefined : configuredOidc());
  const keys = options.keys?.map(toApiKey) ?? defaultKeys(dataDir, oidc !== undefined);
  for (const { secret } of keys) hideInLogs(secret);
  const isStored = !options.keys && hasStore();
  const findByToken =
    oidc && oidcAuthenticator(oidc, (error) => log.error('Tokens cannot be checked', { error }));
  const find: FindCaller = async (bearer) => {
    if (findByToken && isJwt(bearer)) return await findByToken(bearer);
    return isStored ? await findStoredCaller(bearer) : undefined;
  };
  return { authenticate: keyAuthenticator(keys, find), needsStore: keys.length === 0 && !oidc && isStored };
}

function toApiKey({ id, secret, scopes, tenant }: NonNullable<ApiOptions['keys']>[number]): ApiKey {
  if (id.includes(':'))
    throw new DoError(
      'DEFINITION_INVALID',
      `The \`id\` of a key holds no colon, got ${JSON.stringify(id)}; name its \`tenant\` beside it.`,
    );
  return { id: callerIn(checkTenant(tenant ?? DEFAULT_TENANT), id), scopes: checkScopes(scopes), secret };
}

function defaultKeys(dataDir: string, hasOidc: boolean): ApiKey[] {
  const secret = process.env['DO_API_KEY'];
  if (secret) return [{ id: 'api', scopes: ['admin'], secret }];
  if (!isProduction()) return [{ id: 'dev', scopes: ['admin'], secret: ensureDevKey(dataDir) }];
  if (hasStore() || hasOidc) return [];
  throw new DoError(
    'UNAUTHORIZED',
    'NODE_ENV is "production" and there is no API key: set DO_API_KEY to a random secret of at least 32 characters, DATABASE_URL to the database of `do-sdk keys create`, or OIDC_ISSUER.',
  );
}

/** In production nothing embedded is started. */
const hasStore = (): boolean => configuredDatabase() !== undefined || !isProduction();

/** The store is opened for a key that may be in it, and so never where there are none. */
async function findStoredCaller(bearer: string): Promise<Caller | undefined> {
  if (!isStoredKey(bearer)) return undefined;
  return await processSession.use(async (session) => findKey(await session.store(), bearer));
}

async function ready({ needsStore }: { needsStore: boolean }): Promise<void> {
  await processSession.use(async (session) => {
    await session.ready();
    if (needsStore) await (await session.store()).query('select 1');
  });
}
