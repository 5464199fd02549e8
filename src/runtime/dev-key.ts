import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'dev.key';

export const devKeyFile = (dataDir: string): string => join(dataDir, FILE);

/** The development key, made at the first start: 256 random bits in a file that only its owner can read. */
export function ensureDevKey(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = devKeyFile(dataDir);
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `do_dev_${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  try {
    // A link appears whole or not at all, and of two processes that start together one wins.
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary);
  }
  return readFileSync(file, 'utf8').trim();
}
