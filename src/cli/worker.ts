import { findProject } from '../runtime/project.ts';
import { loadProject } from '../runtime/load.ts';
import { createWorker } from '../worker.ts';

export async function worker(): Promise<void> {
  await import('../actions/index.ts');
  await loadProject(findProject());
  const worker = await createWorker();
  process.stdout.write(`Serving ${worker.actions.join(', ')}\n`);
  await worker.run();
}
