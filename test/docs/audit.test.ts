import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toEntries } from '../../src/audit/index.ts';
import { ROOT } from '../e2e/support.ts';
import {
  reading,
  recording,
  recordings,
  workflowRecording,
  workflowRecordings,
} from '../histories/recording.ts';

test('docs/audit.md tells of every type of entry that is in a recording', () => {
  const records = [...recordings.map(recording), ...workflowRecordings.map(workflowRecording)];
  const types = new Set(records.flatMap((record) => toEntries(record, reading).map(({ type }) => type)));
  const page = readFileSync(join(ROOT, 'docs/audit.md'), 'utf8');
  expect([...types].filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
});
