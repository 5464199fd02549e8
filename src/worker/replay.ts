import { Worker } from '@temporalio/worker';
import type { RecordedRun } from '../temporal/recent-runs.ts';

/** What became of one recorded run on other code. */
export interface Replayed {
  run: Omit<RecordedRun, 'events'>;
  /** What the code does otherwise than the record has it; undefined where it does the same. */
  difference?: string;
}

/** Runs a build against records: it must ask for the same steps, in the same order. No step is executed. */
export async function* replay(codePath: string, runs: AsyncIterable<RecordedRun>): AsyncGenerator<Replayed> {
  const asked = new Map<string, Replayed['run']>();
  async function* histories() {
    for await (const { events, ...run } of runs) {
      asked.set(run.runId, run);
      yield { workflowId: run.workflowId, history: { events } };
    }
  }
  for await (const { runId, error } of Worker.runReplayHistories(
    { workflowBundle: { codePath }, replayName: 'do-sdk-replay' },
    histories(),
  )) {
    const run = asked.get(runId)!;
    yield error ? { run, difference: told(error) } : { run };
  }
}

/** Temporal puts codes and the words of its core around what is of use. */
const told = ({ message }: Error): string =>
  message
    .replace(/^.*?(?:Nondeterminism error|NonDeterminism|Nondeterminism)[:(]\s*/s, '')
    .replace(/\s+/g, ' ')
    .trim();
