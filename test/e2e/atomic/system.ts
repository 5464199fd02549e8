import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { ActionClient } from '../../../src/core/client.ts';
import type { AuditEntry, Invocation } from '../../../src/core/invocation.ts';
import { Session } from '../../../src/runtime/session.ts';
import { executionOf } from '../../../src/temporal/ids.ts';
import { removeTree } from '../../support/remove-tree.ts';

const SLOT = Symbol.for('@do-sdk/core.failpoint');
type Failpoint = (name: string) => void | Promise<void>;

/** Called at every failpoint until the test ends. */
export const atFailpoint = (act: Failpoint): void =>
  void ((globalThis as { [SLOT]?: Failpoint })[SLOT] = act);

export interface System {
  session: Session;
  client: ActionClient;
  sql: Client;
  terminate(id: string): Promise<void>;
  closed(id: string): Promise<Invocation>;
}

/** Real Temporal and Postgres for the tests of one file, with the actions that the file has defined. */
export function useSystem(): System {
  const system = {} as System;
  const dataDir = mkdtempSync(join(tmpdir(), 'do-atomic-'));
  beforeAll(async () => {
    process.env['DO_DATA_DIR'] = dataDir;
    const session = await Session.open({ graceMs: 500, forceMs: 1_000, onProgress: () => undefined });
    await session.serve();
    session.reconcile();
    const sql = new Client({ connectionString: await session.databaseUrl() });
    await sql.connect();
    Object.assign(system, { session, sql, client: new ActionClient(session.backend) });
  });
  afterEach(() => void delete (globalThis as { [SLOT]?: Failpoint })[SLOT]);
  afterAll(async () => {
    await system.sql.end();
    await system.session.close();
    await removeTree(dataDir);
  });
  system.terminate = async (id) => {
    const { connection, namespace } = system.session.temporal;
    await connection.workflowService.terminateWorkflowExecution({
      namespace,
      workflowExecution: { workflowId: executionOf(id).workflowId },
      reason: 'a test',
    });
  };
  system.closed = (id) => system.session.backend.closed(id);
  return system;
}

/** What an audit tells, one word a thing. */
export const told = (entries: AuditEntry[]): string[] =>
  entries
    .filter(
      ({ type }) => !/^(attempt|compensation|seal|predecessor|enqueued)\.(scheduled|started)$/.test(type),
    )
    .map(({ type, attempt, state }) => [type, attempt, state].filter((part) => part !== undefined).join(' '));

export async function failureOf(
  promise: Promise<unknown>,
): Promise<{ code: string; invocation: Invocation }> {
  const error: unknown = await promise.then(
    (output) => expect.fail(`It completed with ${JSON.stringify(output)}.`),
    (reason: unknown) => reason,
  );
  return error as { code: string; invocation: Invocation };
}
