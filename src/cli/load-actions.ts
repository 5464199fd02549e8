import { loadProject } from '../runtime/load.ts';
import { writeManifest } from '../runtime/manifest.ts';
import { processSession } from '../runtime/process-session.ts';
import { findProject } from '../runtime/project.ts';
import { writeTypes } from '../runtime/types-file.ts';
import type { ActionWorker, WorkerOptions } from '../worker.ts';
import { createWorker } from '../worker.ts';

/** Imports the built-in actions and the modules of the project the command runs in. */
export async function loadActions(): Promise<void> {
  await import('../actions/index.ts');
  await loadProject(findProject());
}

/** A worker for all of them. They are the whole project, so what was there beside them is gone. */
export async function serveActions(options?: Omit<WorkerOptions, 'actions'>): Promise<ActionWorker> {
  await loadActions();
  const worker = await createWorker(options);
  await processSession.use(async (session) => {
    writeManifest(session.project.dataDir, session.catalogue.own());
    await writeTypes(session.project);
    await session.pruneSchedules();
  });
  return worker;
}
