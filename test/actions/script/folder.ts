import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

/** A folder of its own, gone with the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'do-test-script-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes programs of Node and of the shell into a folder, and has `SCRIPT_ALLOW` list them by name. */
export function allowPrograms(programs: Readonly<Record<string, string>>, ...more: string[]): string {
  const folder = newFolder();
  const entries = Object.entries(programs).map(([name, text]) => {
    const file = join(folder, name);
    const first = text.startsWith('#!') ? '' : `#!${process.execPath}\n`;
    writeFileSync(file, first + text, { mode: 0o755 });
    return `${name}=${file}`;
  });
  vi.stubEnv('SCRIPT_ALLOW', [...entries, ...more].join(','));
  return folder;
}
