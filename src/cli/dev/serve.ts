import { createApi } from '../../api.ts';
import { listen } from '../../http/listen.ts';
import { processSession, useWorkerGrace } from '../../runtime/process-session.ts';
import { findProject } from '../../runtime/project.ts';
import { announceApi } from '../addresses.ts';
import { exitAtLatest } from '../exit-at-latest.ts';
import { serveActions } from '../load-actions.ts';
import { endWhenBlocked } from '../watchdog.ts';
import { welcome } from './welcome.ts';

const DEFAULT_PORT = 3000;
/** The API closes within 5 s, and then the workers end within their force time of 20 s. */
const SHUTDOWN_LIMIT_MS = 26_000;

export type Part = 'worker' | 'api';

/** Serves until SIGINT or SIGTERM; `onReady` is told once, with what to print. */
export async function serve(only: Part | undefined, onReady: (text: string) => void): Promise<void> {
  if (only === 'api') return await serveApiAlone(onReady);
  const worker = await serveActions();
  endWhenBlocked();
  let api: OpenApi | undefined;
  try {
    if (only !== 'worker') api = await openApi();
    await processSession.use(async (session) => onReady(welcome(session, api?.url)));
    exitAtLatest(SHUTDOWN_LIMIT_MS);
    await worker.run({ beforeShutdown: async () => api?.close() });
  } finally {
    await api?.close();
    await worker.shutdown();
  }
}

/** The session is held all the time: between two requests the embedded servers would else be let go. */
async function serveApiAlone(onReady: (text: string) => void): Promise<void> {
  useWorkerGrace();
  await processSession.use(async (session) => {
    const api = await openApi();
    const signalled = new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
    exitAtLatest(SHUTDOWN_LIMIT_MS);
    onReady(welcome(session, api.url));
    await signalled;
    await api.close();
  });
  await processSession.closeNow();
}

interface OpenApi {
  url: string;
  close(): Promise<void>;
}

async function openApi(): Promise<OpenApi> {
  const stopping = new AbortController();
  const api = createApi({ stopping: stopping.signal });
  const server = await listen(api, Number(process.env['PORT'] ?? DEFAULT_PORT));
  const withdraw = announceApi(findProject().dataDir, server.url);
  let closed: Promise<void> | undefined;
  const close = () => {
    withdraw();
    stopping.abort();
    return (closed ??= server.close());
  };
  return { url: server.url, close };
}
