import { spawn } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Layout } from './layout.ts';
import { openLog, rotateLog } from './log-file.ts';

// The same file from src/ and from dist/: the supervisor runs on plain Node, without a TypeScript loader.
const ENTRY = fileURLToPath(new URL('../../dist/embedded/supervisor.js', import.meta.url));

/** Resolves when it has ended: with 0 after it served, when another one was there already, or when it was killed. */
export function spawnSupervisor(layout: Layout): Promise<number> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} is missing: run \`npm run build\` first.`);
  rotateLog(layout.supervisorLog);
  const log = openLog(layout.supervisorLog);
  // Loaders and debuggers of the client are not meant for the supervisor, which outlives it.
  const { NODE_OPTIONS: _, ...env } = process.env;
  // Detached: a session of its own, so that Ctrl-C in the terminal of one client does not reach it.
  const child = spawn(process.execPath, [ENTRY, layout.root], {
    detached: true,
    cwd: layout.root,
    stdio: ['ignore', log, log],
    env,
    windowsHide: true,
  });
  closeSync(log);
  child.unref();
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 0));
    child.once('error', () => resolve(1));
  });
}
