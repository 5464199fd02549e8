import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect } from 'vitest';
import type { WorkflowEntry } from '../../src/core/catalogue.ts';
import type { WorkflowEnvelope } from '../../src/core/envelope.ts';
import type { Audit } from '../../src/core/invocation.ts';
import { executionOf, invocationIdOf } from '../../src/temporal/ids.ts';
import { cli, startCli } from '../cli/support.ts';
import { ownServer } from './own-server.ts';
import { atEnd, makeProject, runScript, until } from './support.ts';

/** Begins an invocation as an API process does: it has the manifest and none of the code. */
const START = `
import { client } from '@do-sdk/core';
const { NAME, INPUT } = process.env;
const { id } = await client.workflow(NAME).start(JSON.parse(INPUT));
console.log('started ' + id);
`;

/** A project with a Temporal server of its own, whose workers come and go. */
export async function deployed(files: Record<string, string>) {
  const { address, start } = await ownServer();
  await start();
  const connection = await Connection.connect({ address });
  atEnd(() => connection.close());
  const project = makeProject({ ...files, 'start.mjs': START });
  project.env['TEMPORAL_ADDRESS'] = address;
  const temporal = new Client({ connection });
  const handle = (id: string) => temporal.workflow.getHandle(executionOf(id).workflowId);
  const readJson = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await cli(project, [...args, '--json'])).stdout);
  return {
    project,
    temporal,
    handle,
    worker: async () => {
      const running = startCli(project, ['worker']);
      await until(running, () => running.output().includes('Serving'));
      return running;
    },
    invoke: async (name: string, input: unknown = null): Promise<string> => {
      const running = runScript(project, 'start.mjs', {
        NODE_ENV: 'production',
        NAME: name,
        INPUT: JSON.stringify(input),
      });
      await running.ended;
      const id = /started (\S+)/.exec(running.output())?.[1];
      if (id === undefined) throw new Error(running.output());
      return id;
    },
    /** With a record that is full early. */
    startLimited: async (name: string, input: unknown, recordLimit: number): Promise<string> => {
      const text = readFileSync(join(project.dataDir, 'manifest.json'), 'utf8');
      const { workflows } = JSON.parse(text) as { workflows: WorkflowEntry[] };
      const { queue } = workflows.find((workflow) => workflow.name === name)!;
      const envelope: WorkflowEnvelope = { version: '1', caller: 'local', recordLimit };
      const workflowId = `${name}/local/${Math.random()}`;
      const memo = { do: { kind: 'workflow', version: '1', caller: 'local', settle: true } };
      const started = await temporal.workflow.start(name, {
        taskQueue: queue,
        workflowId,
        args: [input, envelope],
        memo,
      });
      return invocationIdOf({ workflowId, firstRunId: started.firstExecutionRunId });
    },
    stepsOf: async (id: string) => {
      const { events } = await handle(id).fetchHistory();
      return events!.filter((event) => event.activityTaskCompletedEventAttributes).length;
    },
    output: async (id: string) => (await handle(id).result()) as unknown,
    audit: async (id: string) => (await readJson('audit', id)) as Audit,
    /** By a reader who takes its time. */
    auditLate: async (id: string) =>
      JSON.parse((await cli(project, ['audit', id, '--json'], { reads: 'late' })).stdout) as Audit,
    readJson,
    untilClosed: (id: string) =>
      expect
        .poll(async () => (await handle(id).describe()).status.name, { timeout: 50_000 })
        .not.toBe('RUNNING'),
  };
}
