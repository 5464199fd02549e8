import { closeSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { logTail, openLog, rotateLog } from '../../src/embedded/log-file.ts';
import { tempDir } from './support.ts';

describe('a log file', () => {
  it('keeps one older part and stays small, while its writer keeps it open', () => {
    const path = join(tempDir(), 'server.log');
    const file = openLog(path);
    writeSync(file, 'old line\n'.repeat(500_000));
    rotateLog(path);
    writeSync(file, 'new line\n');
    closeSync(file);
    expect(readFileSync(path, 'utf8')).toBe('new line\n');
    expect(statSync(`${path}.1`).size).toBe(4_500_000);
  });

  it('is left alone while it is small or missing', () => {
    const path = join(tempDir(), 'server.log');
    rotateLog(path);
    writeFileSync(path, 'one\ntwo\n');
    rotateLog(path);
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('tells its last lines, also of a long file, and nothing of a missing one', () => {
    const path = join(tempDir(), 'server.log');
    writeFileSync(path, Array.from({ length: 10_000 }, (_, line) => `line ${line}\n`).join(''));
    expect(logTail(path, 2)).toBe('line 9998\nline 9999');
    expect(logTail(`${path}.none`)).toBe('');
  });
});
