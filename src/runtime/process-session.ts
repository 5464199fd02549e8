import { refuseWhereIsolated } from '../core/isolated.ts';
import { allRegistered, allRegisteredWorkflows } from '../core/registry.ts';
import { isProduction } from './environment.ts';
import { Lingering } from './lingering.ts';
import { endBySignals } from './signals.ts';
import type { Session } from './session.ts';

/** Long enough for the next call of a script, short enough that nobody waits for the script to end. */
const LINGER_MS = 300;

/** A script that is told to end ends soon; its attempts are retried elsewhere. */
const SCRIPT_GRACE = { graceMs: 1_000, forceMs: 2_000 };
const WORKER_GRACE = { graceMs: 10_000, forceMs: 20_000 };

let grace = SCRIPT_GRACE;
let isService = false;

/** The one session of this process: `client`, `createWorker` and the API share it. */
export const processSession = new Lingering<Session>(async () => {
  refuseWhereIsolated();
  const { Session } = await import('./session.ts');
  const session = await Session.open({
    ...grace,
    // A script beside it has the same environment, and the address can be listened on once.
    metricsAddress: isService ? process.env['DO_METRICS_ADDRESS'] : undefined,
    onProgress: (message) => process.stderr.write(`${message}\n`),
  });
  return session;
}, LINGER_MS);

/** For a process whose business is to serve: its attempts get time to end, and it handles signals by itself. */
export function useWorkerGrace(
  times: { graceMs?: number | undefined; forceMs?: number | undefined } = {},
): void {
  isService = true;
  grace = { graceMs: times.graceMs ?? WORKER_GRACE.graceMs, forceMs: times.forceMs ?? WORKER_GRACE.forceMs };
}

/** Outside production a script serves what it has imported, so that it works by itself. */
export async function serveInScript(session: Session): Promise<void> {
  if (isProduction()) return;
  const own = [...allRegistered(), ...allRegisteredWorkflows()];
  if (own.every(({ name }) => session.isServedHere(name))) return;
  await session.serve();
  endBySignals(async () => (await processSession.opened)?.drain());
}
