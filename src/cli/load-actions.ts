import { loadProject } from '../runtime/load.ts';
import { allRegistered } from '../core/registry.ts';
import { toEntry } from '../runtime/catalogue.ts';
import { writeManifest } from '../runtime/manifest.ts';
import { findProject } from '../runtime/project.ts';
import type { ActionWorker, WorkerOptions } from '../worker.ts';
import { createWorker } from '../worker.ts';

/** Imports the built-in actions and the modules of the project the command runs in. */
export async function loadActions(): Promise<void> {
  await import('../actions/index.ts');
  await loadProject(findProject());
}

/** A worker for all of them. They are the whole project, so what the manifest lists beside them is gone. */
export async function serveActions(options?: Omit<WorkerOptions, 'actions'>): Promise<ActionWorker> {
  await loadActions();
  const worker = await createWorker(options);
  writeManifest(findProject().dataDir, allRegistered().map(toEntry));
  return worker;
}
