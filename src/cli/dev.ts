import { relative } from 'node:path';
import { createApi } from '../api.ts';
import { listen } from '../http/listen.ts';
import { devKeyFile } from '../runtime/dev-key.ts';
import { isProduction } from '../runtime/environment.ts';
import { loadProject } from '../runtime/load.ts';
import { processSession } from '../runtime/process-session.ts';
import { findProject } from '../runtime/project.ts';
import type { Session } from '../runtime/session.ts';
import { announceApi } from './addresses.ts';
import type { ActionWorker } from '../worker.ts';
import { createWorker } from '../worker.ts';

const DEFAULT_PORT = 3000;

/** What `npm start` runs. */
export async function dev(): Promise<void> {
  const project = findProject();
  await import('../actions/index.ts');
  await loadProject(project);
  const worker = await createWorker();
  try {
    await serveUntilSignal(project.dataDir, worker);
  } finally {
    await worker.shutdown();
  }
}

async function serveUntilSignal(dataDir: string, worker: ActionWorker): Promise<void> {
  const stopping = new AbortController();
  const api = createApi({ stopping: stopping.signal });
  const server = await listen(api, Number(process.env['PORT'] ?? DEFAULT_PORT));
  const withdraw = announceApi(dataDir, server.url);
  await processSession.use(async (session) => process.stdout.write(welcome(session, server.url)));
  const beforeShutdown = async () => {
    withdraw();
    stopping.abort();
    await server.close();
  };
  await worker.run({ beforeShutdown });
}

function welcome(session: Session, url: string): string {
  const { temporal, address, inbox, project } = session;
  const keyFile = relative(process.cwd(), devKeyFile(project.dataDir));
  const key = isProduction() || process.env['DO_API_KEY'] ? '$DO_API_KEY' : `$(cat ${keyFile})`;
  const rows = [
    ['API', url],
    ['Temporal', `${address} (namespace ${temporal.namespace})`],
    ['Temporal UI', temporal.ui ?? 'not known; set TEMPORAL_UI_URL for links'],
    ...(inbox ? [['Mail caught', inbox]] : []),
    ['API key', key === '$DO_API_KEY' ? 'DO_API_KEY' : keyFile],
  ];
  const body = '{"to":"ada@example.com","subject":"Hello","body":"Sent exactly once."}';
  return `
  action.do is ready

${rows.map(([label, value]) => `    ${label!.padEnd(12)} ${value}`).join('\n')}

  Try it:

    curl -s ${url}/v1/actions/email.send/invoke -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' -d '${body}'

`;
}
