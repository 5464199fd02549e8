import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { announceApi, announcedApi } from '../../src/cli/addresses.ts';
import { removeTree } from '../support/remove-tree.ts';

test('an API that is the first of its project tells where it listens, until it ends', () => {
  const root = mkdtempSync(join(tmpdir(), 'do-addresses-'));
  onTestFinished(() => removeTree(root));
  const dataDir = join(root, '.do');
  const withdraw = announceApi(dataDir, 'http://127.0.0.1:3000');
  expect(announcedApi(dataDir)).toBe('http://127.0.0.1:3000');
  withdraw();
  expect(announcedApi(dataDir)).toBeUndefined();
});
