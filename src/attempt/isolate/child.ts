/** The process of one isolated attempt. Started by `spawnAttempt`, ended by its worker or by its own watch. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { AnyAction } from '../../core/definition.ts';
import { toFailure } from '../../core/failure.ts';
import { isolateProcess } from '../../core/isolated.ts';
import { AttemptFailed, runAttempt } from '../run.ts';
import { childHost } from './child-host.ts';
import { ChildLink } from './child-link.ts';
import { loadAction } from './load-action.ts';
import type { Order, ProcessOptions } from './messages.ts';
import { MARKER } from './messages.ts';
import type { WatchData } from './watch.ts';

const options = JSON.parse(process.argv[2]!) as ProcessOptions;
// A module that asks whether it is the program is not.
process.argv.splice(2);

const link = new ChildLink();
const watching = watch(options);
isolateProcess(options.name);
process.on('unhandledRejection', tellStray);
await attempt().catch(tellFailure);

async function attempt(): Promise<void> {
  const action = await loadAction(options.name, options.modules);
  // From here on the handler may block this thread, so the other one has to be there.
  await watching;
  link.tell({ type: 'loaded' });
  await run(action, await link.ordered);
}

async function run(action: AnyAction, order: Order): Promise<void> {
  const { role, input, meta } = order;
  const report = await runAttempt({ action, role, input, meta }, childHost(link, order));
  link.tell({ type: 'completed', report });
}

/** Mostly a script's own call, refused here: no reason to end what the attempt does. */
function tellStray(reason: unknown): void {
  const { message } = toFailure(reason);
  link.tell({
    type: 'log',
    level: 'warn',
    message: 'A promise that nothing waited for rejected.',
    fields: { message },
  });
}

function tellFailure(error: unknown): void {
  const failed = error instanceof AttemptFailed ? error : undefined;
  link.tell({
    type: 'failed',
    failure: failed?.failure ?? toFailure(error),
    lastHeartbeat: failed?.lastHeartbeat,
    calls: failed?.calls ?? [],
  });
}

async function watch({ memoryMiB, longestMs }: ProcessOptions): Promise<void> {
  const workerData: WatchData = { marker: process.env[MARKER]!, memoryMiB, longestMs };
  // Without the flags and environment of this thread, whose loaders it has no use for.
  const worker = new Worker(new URL('./watch.js', import.meta.url), { workerData, execArgv: [], env: {} });
  worker.unref();
  await once(worker, 'message');
}
