import { runCommand } from './run-command.ts';

/** The first whose dev server takes all the flags that we give it. */
const OLDEST = [1, 7];

/** Resolves when `path` runs and is new enough; else the reason is the error. */
export async function checkVersion(path: string, signal?: AbortSignal): Promise<void> {
  const options = { timeout: 15_000, ...(signal ? { signal } : {}) };
  const output = await runCommand(path, ['--version'], options);
  const match = /^temporal version (\d+)\.(\d+)/m.exec(output);
  if (!match)
    throw new Error(`${path} is not the Temporal CLI: it calls itself "${output.trim().slice(0, 80)}"`);
  const [major = 0, minor = 0] = match.slice(1).map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return;
  throw new Error(`${path} is too old: version ${major}.${minor}, at least ${OLDEST.join('.')} is needed`);
}
