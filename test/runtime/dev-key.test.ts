import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { devKeyFile, ensureDevKey } from '../../src/runtime/dev-key.ts';
import { tempDir } from './temp-dir.ts';

const SCRIPT = fileURLToPath(new URL('fixtures/make-key.mjs', import.meta.url));
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('the first start makes a key that only its owner can read', () => {
  const dataDir = join(tempDir(), 'made/on the way');
  const key = ensureDevKey(dataDir);
  expect(key).toMatch(/^do_dev_[A-Za-z0-9_-]{43}$/);
  expect(readFileSync(devKeyFile(dataDir), 'utf8')).toBe(`${key}\n`);
  expect([modeOf(devKeyFile(dataDir)), modeOf(dataDir)]).toEqual(['600', '700']);
  expect(readdirSync(dataDir)).toEqual(['dev.key']);
});

test('later starts find it', () => {
  const dataDir = tempDir();
  expect(ensureDevKey(dataDir)).toBe(ensureDevKey(dataDir));
});

test('a key that the developer has put there is used', () => {
  const dataDir = tempDir();
  writeFileSync(devKeyFile(dataDir), '  my-own-key\n\n');
  expect(ensureDevKey(dataDir)).toBe('my-own-key');
});

test('every project has a key of its own', () => {
  expect(ensureDevKey(tempDir())).not.toBe(ensureDevKey(tempDir()));
});

test('of processes that start together one makes the key, and all use it', async () => {
  const dataDir = tempDir();
  const processes = Array.from({ length: 6 }, () => promisify(execFile)(process.execPath, [SCRIPT, dataDir]));
  const keys = (await Promise.all(processes)).map(({ stdout }) => stdout.trim());
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toBe(ensureDevKey(dataDir));
  expect(readdirSync(dataDir)).toEqual(['dev.key']);
});
