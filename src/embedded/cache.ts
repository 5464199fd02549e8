/** Our own copy of the Temporal CLI, shared by all projects of the user. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pinFor, TEMPORAL_VERSION, type Pin } from './checksums.ts';
import { verifySha256 } from './verify.ts';

export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(userCache(env), 'do-sdk', `temporal-${TEMPORAL_VERSION}`);
}

function userCache(env: NodeJS.ProcessEnv): string {
  if (env['XDG_CACHE_HOME']) return env['XDG_CACHE_HOME'];
  if (process.platform === 'win32') return env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return join(homedir(), '.cache');
}

export const executableName = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

export const cachedBinary = (dir = cacheDir()): string => join(dir, executableName);

export const currentPin = (): Pin => pinFor(process.platform, process.arch);

/**
 * `fetch` puts the program somewhere under the folder it gets and tells where. Only a program with the pinned checksum
 * is installed, by rename: other processes see no copy or a whole one, whoever of them wins.
 */
export async function installFrom(
  fetch: (folder: string) => Promise<string>,
  { dir = cacheDir(), pin = currentPin() }: { dir?: string; pin?: Pin } = {},
): Promise<string> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(dir, '.new-'));
  try {
    const fetched = await fetch(folder);
    if (!existsSync(fetched)) throw new Error('the program was not in what was fetched');
    if (pin.binary) await verifySha256(fetched, pin.binary, `the fetched ${executableName}`);
    chmodSync(fetched, 0o755);
    flush(fetched);
    renameSync(fetched, cachedBinary(dir));
    return cachedBinary(dir);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Without this a power cut could leave a file of the right name and size with nothing in it.
function flush(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}
