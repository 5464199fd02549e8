import { readDuration } from './duration-option.ts';
import { exitAtLatest } from './exit-at-latest.ts';
import { serveActions } from './load-actions.ts';
import { endWhenBlocked } from './watchdog.ts';

export interface WorkerCommandOptions {
  shutdownGraceTime?: string;
  shutdownForceTime?: string;
}

const DEFAULT_GRACE_MS = 10_000;
/** For handlers that watch their signal to clean up. */
const LAST_MOMENTS_MS = 10_000;
/** For what ends by itself at the force time to be told in order. */
const AFTER_FORCE_MS = 1_000;

export async function worker(options: WorkerCommandOptions): Promise<void> {
  const graceMs = readDuration(options.shutdownGraceTime, '--shutdown-grace-time') ?? DEFAULT_GRACE_MS;
  const forceMs =
    readDuration(options.shutdownForceTime, '--shutdown-force-time') ?? graceMs + LAST_MOMENTS_MS;
  const worker = await serveActions({ shutdownGraceTime: graceMs, shutdownForceTime: forceMs });
  process.stdout.write(`Serving ${worker.actions.join(', ')}\n`);
  endWhenBlocked();
  exitAtLatest(forceMs + AFTER_FORCE_MS);
  await worker.run();
}
