import { closeSync, copyFileSync, fstatSync, openSync, readSync, statSync, truncateSync } from 'node:fs';

const LARGEST = 4 * 1024 * 1024;

/** For a child's stdout and stderr. In append mode a truncated file is written on from its new end. */
export const openLog = (path: string): number => openSync(path, 'a', 0o600);

/** Keeps one older part beside it. Copied, not renamed: the process that writes keeps its open file. */
export function rotateLog(path: string): void {
  try {
    if (statSync(path).size < LARGEST) return;
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

export function logTail(path: string, lines = 12): string {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const buffer = Buffer.alloc(Math.min(size, 16_384));
      readSync(file, buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
