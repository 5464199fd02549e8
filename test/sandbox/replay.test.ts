import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { recording, recordings } from '../histories/recording.ts';

const options = {
  workflowBundle: { codePath: fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url)) },
};
const history = (name: string, run: number) => ({ events: recording(name).runs[run]! });

// A failed replay is told by the error; the log would tell it again.
beforeAll(() => void Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) }));

describe('the attempt loop as it is now takes up the recorded invocation', () => {
  test.each(recordings.map((name) => [name, recording(name).runs.length] as const))(
    '"%s", each of its %d runs',
    async (name, runs) => {
      for (let run = 0; run < runs; run++) {
        await Worker.runReplayHistory(options, history(name, run), recording(name).workflowId);
      }
    },
  );

  test('wherever it was interrupted', async () => {
    for (const name of recordings) {
      for (const part of beginnings(name)) await Worker.runReplayHistory(options, part, name);
    }
  });
});

test('a loop that would act otherwise is found out', async () => {
  const changed = history('flaky', 0);
  const scheduled = changed.events.find((event) => event.activityTaskScheduledEventAttributes)!;
  scheduled.activityTaskScheduledEventAttributes!.activityType = { name: 'something.else' };
  await expect(Worker.runReplayHistory(options, changed, 'flaky')).rejects.toThrow(
    /TMPRL1100|[Nn]ondeterminism/,
  );
});

/** What a worker finds that takes over after each workflow task. */
function beginnings(name: string): { events: ReturnType<typeof history>['events'] }[] {
  const { events } = history(name, 0);
  return events.flatMap((event, index) =>
    event.workflowTaskCompletedEventAttributes
      ? [{ events: history(name, 0).events.slice(0, index + 1) }]
      : [],
  );
}
