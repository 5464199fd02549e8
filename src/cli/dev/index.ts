import cluster from 'node:cluster';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isProduction } from '../../runtime/environment.ts';
import { findProject } from '../../runtime/project.ts';
import type { FromChild } from './messages.ts';
import { DRAIN } from './messages.ts';
import { Reloader } from './reloader.ts';
import type { Part } from './serve.ts';
import { watchModules } from './watch.ts';

export interface DevOptions {
  only?: Part;
}

/** In this package's own folder no module of a project is loaded, so there is nothing to watch. */
const PACKAGE_ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What `npm start` runs: in production one process that serves, else one that watches and its child that serves. */
export async function dev({ only }: DevOptions): Promise<void> {
  if (cluster.isWorker) return await serveAsChild(only);
  const { root } = findProject();
  if (!isProduction() && join(root, '/') !== PACKAGE_ROOT) return await superviseChild(join(root, 'src'));
  const { serve } = await import('./serve.ts');
  await serve(only, (text) => process.stdout.write(text));
}

async function serveAsChild(only: Part | undefined): Promise<void> {
  process.on('message', (message) => {
    // The same way as by a signal, which a terminal sends to this process too: the second one finds nothing to do.
    if (message === DRAIN) process.emit('SIGTERM', 'SIGTERM');
  });
  try {
    const { serve } = await import('./serve.ts');
    await serve(only, (welcome) => process.send?.({ welcome } satisfies FromChild));
  } finally {
    cluster.worker?.disconnect();
  }
}

async function superviseChild(modules: string): Promise<void> {
  // The children accept by themselves: passing each connection on would cost every request.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const main = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url));
  cluster.setupPrimary({ exec: main });
  const watching = new AbortController();
  const reloader = new Reloader();
  const stop = () => reloader.stop();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const watched = watchModules(modules, watching.signal, (names) => reloader.reload(names));
  reloader.start();
  process.exitCode = await reloader.ended;
  watching.abort();
  await watched;
  process.off('SIGINT', stop).off('SIGTERM', stop);
}
