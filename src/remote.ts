import { ActionClient } from './core/client.ts';
import { DoError } from './core/errors.ts';
import { RemoteBackend } from './remote/backend.ts';
import type { RemoteSettings } from './remote/settings.ts';
import { checkSettings } from './remote/settings.ts';

/** Where the API is, and who asks. */
export interface DoOptions {
  /** Default: `DO_API_KEY`, else (outside production) the key that `npm start` keeps in `.do/dev.key`. */
  apiKey?: string;
  /** Default: `DO_BASE_URL`, else `http://127.0.0.1:3000`. */
  baseUrl?: string;
}

/** The client over HTTP: the same verbs, types and errors as `client`, with nothing but `fetch`. */
export class Do extends ActionClient {
  constructor(options: DoOptions = {}) {
    let settings: Promise<RemoteSettings> | undefined;
    super(
      new RemoteBackend({
        settings: () => {
          settings ??= resolveSettings(options);
          // A key that appears later, because the API was started meanwhile, is found by the next call.
          settings.catch(() => (settings = undefined));
          return settings;
        },
      }),
    );
  }
}

/** Where the API is and who asks, of what is given and what the environment says. */
export async function resolveSettings(options: DoOptions): Promise<RemoteSettings> {
  const env = environment();
  const baseUrl = options.baseUrl ?? (env['DO_BASE_URL'] || 'http://127.0.0.1:3000');
  const apiKey = options.apiKey ?? (env['DO_API_KEY'] || (await developmentKey(env)));
  if (apiKey) return checkSettings({ baseUrl, apiKey });
  throw new DoError(
    'UNAUTHORIZED',
    'There is no API key: pass `new Do({ apiKey })` or set DO_API_KEY. In development `npm start` creates a key that is found without either.',
  );
}

type Environment = Record<string, string | undefined>;

/** A browser has no `process`. */
const environment = (): Environment => (globalThis as { process?: { env?: Environment } }).process?.env ?? {};

async function developmentKey(env: Environment): Promise<string | undefined> {
  if (env['NODE_ENV'] === 'production' || !isNode()) return undefined;
  // Imported here, so that a browser never loads them.
  const [{ readFile }, { findProject }] = await Promise.all([
    import('node:fs/promises'),
    import('./runtime/project.ts'),
  ]);
  const key = await readFile(`${findProject().dataDir}/dev.key`, 'utf8').catch(() => '');
  return key.trim();
}

function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: Record<string, string> } };
  return process?.versions?.['node'] !== undefined;
}
