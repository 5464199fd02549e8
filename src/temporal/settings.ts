import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { DoError } from '../core/errors.ts';

export type ConnectionOptions = ClientConnectConfig['connectionOptions'];

export interface TemporalSettings {
  connectionOptions: ConnectionOptions;
  namespace: string;
  /** Of the Temporal Web UI, without a slash at the end; null when not known. */
  ui: string | null;
}

/** What `TEMPORAL_*` and `temporal.toml` say; undefined when they name no address, so that the embedded server is used. */
export function configuredTemporal(env: NodeJS.ProcessEnv = process.env): TemporalSettings | undefined {
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: withoutGaps(env) });
  if (connectionOptions.address) {
    return {
      connectionOptions,
      namespace: namespace ?? 'default',
      ui: env['TEMPORAL_UI_URL']?.replace(/\/+$/, '') ?? null,
    };
  }
  if (env['NODE_ENV'] !== 'production') return undefined;
  throw new DoError(
    'TEMPORAL_NOT_CONFIGURED',
    'NODE_ENV is "production" and no Temporal address is set: the embedded server is for development only. Set TEMPORAL_ADDRESS (and TEMPORAL_NAMESPACE, TEMPORAL_API_KEY or TEMPORAL_TLS_*), or a profile in temporal.toml.',
  );
}

const withoutGaps = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value ? [[name, value]] : [])));
