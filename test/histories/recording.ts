import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import proto from '@temporalio/proto';
import type { InvocationRecord, Reading } from '../../src/audit/index.ts';
import { invocationIdOf } from '../../src/temporal/ids.ts';
import { fromPayloads } from '../../src/temporal/payloads.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const { History } = proto.temporal.api.history.v1;

const namesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));

/** Every recording of an action in this folder; fixtures/record.ts tells how they are made. */
export const recordings = namesIn(FOLDER);
/** Every recording of a workflow; fixtures/record-workflows.ts tells how they are made. */
export const workflowRecordings = namesIn(`${FOLDER}/workflows`);

type Recorded = Omit<InvocationRecord, 'runs'> & { runs: object[] };

/** A recording as Temporal's API would give it. */
export function recording(name: string): InvocationRecord {
  const { workflowId, runs, pending } = JSON.parse(
    readFileSync(`${FOLDER}/${name}.json`, 'utf8'),
  ) as Recorded;
  return { workflowId, runs: runs.map((run) => History.fromObject(run).events), pending };
}

export const workflowRecording = (name: string): InvocationRecord => recording(`workflows/${name}`);

export const reading: Reading = {
  decode: fromPayloads,
  idOf: (workflowId, firstRunId) => invocationIdOf({ workflowId, firstRunId }),
  temporalLink: (workflowId, runId) => `http://ui/${encodeURIComponent(workflowId)}/${runId}`,
};
