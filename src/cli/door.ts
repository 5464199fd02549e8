import type { ActionClient } from '../core/client.ts';
import type { DoOptions } from '../remote.ts';
import { findProject } from '../runtime/project.ts';
import { announcedApi } from './addresses.ts';
import { loadActions } from './load-actions.ts';

/**
 * The client to ask with: over HTTP where an API is configured or one of this project runs, else on Temporal directly,
 * so that a command works with nothing running. `runsHandlers` is for commands that start something: without a worker
 * elsewhere this process is the one that can run it.
 */
export async function throughDoor<T>(
  work: (door: ActionClient) => Promise<T>,
  { runsHandlers = false } = {},
): Promise<T> {
  const remote = await findApi();
  if (remote) return await work(remote);
  if (runsHandlers) await loadActions();
  const [{ client }, { processSession }] = await Promise.all([
    import('../local.ts'),
    import('../runtime/process-session.ts'),
  ]);
  // One session for all that is asked: between two polls it would else be closed and opened again.
  try {
    return await processSession.use(() => work(client));
  } finally {
    await processSession.closeNow();
  }
}

async function findApi(): Promise<ActionClient | undefined> {
  const options = apiOptions();
  if (!options) return undefined;
  const { Do } = await import('../remote.ts');
  return new Do(options);
}

/** For a client over HTTP; undefined where no API is configured and none of this project runs. */
export function apiOptions(): DoOptions | undefined {
  const isConfigured = process.env['DO_BASE_URL'] || process.env['DO_API_KEY'];
  const announced = announcedApi(findProject().dataDir);
  if (!isConfigured && !announced) return undefined;
  return process.env['DO_BASE_URL'] || !announced ? {} : { baseUrl: announced };
}
