import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Client } from './client/client.ts';
import { Door } from './client/door.ts';
import type { Operation } from './client/operations.ts';
import { ClientRecord } from './client/record.ts';
import { drain } from './heal.ts';
import { REPOSITORY } from './parts/project.ts';
import { Random } from './random.ts';
import { APIS, System } from './system.ts';

/** Each with another pause between the two requests, since what they meet is a matter of milliseconds. */
const PAUSES_MS = [150, 250, 300, 350, 400, 450, 550, 650];

test('a start that arrives after a run of its key was terminated adds nothing to what that run still commits', async () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'do-late-start-')));
  chmodSync(root, 0o755);
  const system = await System.start({
    root,
    packageRoot: REPOSITORY,
    seed: 1,
    failpoints: {},
    onEnd: () => undefined,
  });
  onTestFinished(async () => {
    await system.close();
    rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  const record = new ClientRecord(join(root, 'clients.jsonl'));
  const [slow, fast] = APIS.map(
    (api) => new Client([new Door(api, system.apiUrl(api), record)], new Random(api), { abandons: 0 }),
  );
  for (const pause of PAUSES_MS) {
    const operation = transfer(`after-${pause}`);
    await system.network.set('a1-temporal', 'delay');
    const late = slow!.invoke(operation);
    await delay(pause);
    const early = fast!.invoke(operation);
    await delay(120);
    await terminate(system, operation);
    await Promise.all([early, late]);
    await system.network.set('a1-temporal', 'normal');
  }
  await drain(system, { calmMs: 5_000, say: () => undefined, stop: AbortSignal.timeout(60_000) });
  const doubled = await system.query('select ref, count(*) from ledger group by ref having count(*) > 1');
  expect(doubled).toEqual([]);
}, 180_000);

const transfer = (ref: string): Operation => ({
  ref,
  action: 'bank.transfer',
  key: ref,
  input: { ref, from: 1, to: 2, amount: 1, troubles: ['slow'] },
  repeats: 1,
  isHasty: false,
  mismatches: false,
  cancels: false,
  deadline: null,
  pollsOnly: false,
});

/** Nothing to terminate is as good: then the other request was first. */
async function terminate(system: System, { action, key }: Operation): Promise<void> {
  const workflowExecution = { workflowId: `${action}/api/key=${key}` };
  await system
    .temporal(({ workflowService }) =>
      workflowService.terminateWorkflowExecution({
        namespace: 'default',
        workflowExecution,
        reason: 'late start',
      }),
    )
    .catch(() => undefined);
}
