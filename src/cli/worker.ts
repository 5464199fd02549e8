import { serveActions } from './load-actions.ts';

export async function worker(): Promise<void> {
  const worker = await serveActions();
  process.stdout.write(`Serving ${worker.actions.join(', ')}\n`);
  await worker.run();
}
