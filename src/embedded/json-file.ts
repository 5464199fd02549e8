import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/** Undefined for a missing or damaged file: after a power cut a file may be empty or cut off. */
export function readJson(path: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export function writeDurably(path: string, value: object): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(value));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Readers see the old content or the new one, never a half. */
export function replaceJson(path: string, value: object): void {
  const next = `${path}.${process.pid}`;
  writeDurably(next, value);
  renameSync(next, path);
}
