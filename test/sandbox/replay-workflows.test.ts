import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorkflows } from '../../src/runtime/build.ts';
import { workflowRecording, workflowRecordings } from '../histories/recording.ts';
import '../histories/workflows/flows.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'replay-'));
let codePath = '';

beforeAll(async () => {
  // A failed replay is told by the error; the log would tell it again.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const build = await buildWorkflows({ name: 'recorded', root, dataDir });
  codePath = build!.codePath;
});
afterAll(() => {
  rmSync(dataDir, { recursive: true });
});

/** What settles a workflow is run by the prebuilt bundle, as actions are. */
const SETTLING = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

async function replay(name: string, run: number, length?: number): Promise<void> {
  const { runs, workflowId } = workflowRecording(name);
  const workflowBundle = { codePath: name === 'settling' ? SETTLING : codePath };
  await Worker.runReplayHistory({ workflowBundle }, { events: runs[run]!.slice(0, length) }, workflowId);
}

const runsOf = (name: string) => [...workflowRecording(name).runs.entries()];

test.each(workflowRecordings)('the build of its module takes up the recorded workflow "%s"', async (name) => {
  for (const [run] of runsOf(name)) await replay(name, run);
});

test.each(workflowRecordings)('so it does wherever "%s" was interrupted', async (name) => {
  for (const [run, events] of runsOf(name)) {
    for (const [index, event] of events.entries()) {
      if (event.workflowTaskCompletedEventAttributes) await replay(name, run, index + 1);
    }
  }
});

test('one of the recordings goes on in another run', () => {
  expect(runsOf('continued').length).toBeGreaterThan(1);
});

test('steps in another order are found out', async () => {
  const { runs, workflowId } = workflowRecording('saga');
  const [events] = runs;
  const scheduled = events!.filter((event) => event.activityTaskScheduledEventAttributes);
  scheduled[0]!.activityTaskScheduledEventAttributes!.activityType = { name: 'card.charge' };
  const replayed = Worker.runReplayHistory({ workflowBundle: { codePath } }, { events: events! }, workflowId);
  await expect(replayed).rejects.toThrow(/TMPRL1100|[Nn]ondeterminism/);
});
