import { writeSync } from 'node:fs';
import type { Log } from './index.ts';
import { createLog, hideInLogs } from './index.ts';

let log: Log | undefined;

/** The log of this process: standard error, one JSON line each in production, for a terminal otherwise. */
export function processLog(env: NodeJS.ProcessEnv = process.env): Log {
  if (env['DO_API_KEY']) hideInLogs(env['DO_API_KEY']);
  return (log ??= createLog({
    level: env['DO_LOG_LEVEL'] || 'info',
    readable: env['NODE_ENV'] !== 'production',
    write,
  }));
}

/** At once, so that nothing is lost when the process ends; a pipe that nobody reads must not end it. */
function write(line: string): void {
  try {
    writeSync(2, line);
  } catch {
    // EAGAIN of a full pipe, or EPIPE: there is nowhere to tell it.
  }
}
