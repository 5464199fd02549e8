import { ProcessBackend } from '../../runtime/backend.ts';
import type { ProjectCatalogue } from '../../runtime/catalogue.ts';
import { processSession, serveInScript } from '../../runtime/process-session.ts';
import { loadActions } from '../load-actions.ts';
import type { ToolDoor } from './door.ts';

/**
 * Temporal directly. What takes its time, the project's modules and the embedded servers, is opened by the first list or
 * call: a client waits for the handshake before anything else, and not for long.
 */
export function localDoor(): ToolDoor {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let opening: Promise<ProjectCatalogue> | undefined;
  return {
    backend: new ProcessBackend('local'),
    entries: async () => {
      opening ??= open(ended);
      // The next one tries again.
      opening.catch(() => (opening = undefined));
      return (await opening).list();
    },
    close: async () => {
      end();
      await processSession.closeNow();
    },
  };
}

/** One session until the client has gone: between two calls it would else be closed and opened again. */
async function open(ended: Promise<void>): Promise<ProjectCatalogue> {
  await loadActions();
  return await new Promise((resolve, reject) => {
    const held = processSession.use(async (session) => {
      await serveInScript(session);
      resolve(session.catalogue);
      await ended;
    });
    held.catch(reject);
  });
}
