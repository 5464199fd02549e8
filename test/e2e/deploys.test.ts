import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli } from '../cli/support.ts';
import { deployed } from './deployed.ts';
import { startSystem, until } from './support.ts';

const STEPS = `
import { Action } from '@do-sdk/core';
const step = (name) => ({ name, handler: ({ trail }) => ({ trail: [...trail, name] }) });
export const pack = new Action({ name: 'order.pack', handler: step('order.pack').handler });
export const label = new Action({ name: 'order.label', handler: step('order.label').handler });
export const ship = new Action({ name: 'order.ship', handler: step('order.ship').handler });
`;

/** The code of one deploy: which steps come before the wait, and which after it. */
const order = (before: string[], after: string[]) => `
import { Workflow } from '@do-sdk/core';
import { pack, label, ship } from '../actions/steps.mjs';

export const order = new Workflow({
  name: 'order',
  handler: async (input, ctx) => {
    let state = { trail: [] };
    ${before.map((name) => `state = await ${name}.invoke(state);`).join('\n    ')}
    await ctx.waitForSignal('go');
    ${after.map((name) => `state = await ${name}.invoke(state);`).join('\n    ')}
    return state.trail;
  },
});
`;

const A = order(['pack'], ['ship']);
/** A renamed step before the wait, one more after it. */
const B = order(['label'], ['pack', 'ship']);
const TRAIL_A = ['order.pack', 'order.ship'];
const TRAIL_B = ['order.label', 'order.pack', 'order.ship'];

async function start() {
  const system = await deployed({ 'src/actions/steps.mjs': STEPS });
  const { handle, project, stepsOf, invoke } = system;
  return {
    ...system,
    invoke: () => invoke('order'),
    write: (code: string) => {
      mkdirSync(join(project.root, 'src/workflows'), { recursive: true });
      writeFileSync(join(project.root, 'src/workflows/order.mjs'), code);
    },
    waits: (id: string) => expect.poll(() => stepsOf(id), { timeout: 20_000 }).toBe(1),
    go: (id: string) => handle(id).signal('go'),
    buildOf: async (id: string) => {
      const { events } = await handle(id).fetchHistory();
      const completed = events!.find((event) => event.workflowTaskCompletedEventAttributes);
      return completed?.workflowTaskCompletedEventAttributes?.workerVersion?.buildId;
    },
    manifest: () => readFileSync(join(project.dataDir, 'manifest.json'), 'utf8'),
  };
}

interface BuildList {
  items: { id: string; isCurrent: boolean; open: number }[];
}

test('an invocation ends on the code it began on, also after a deploy that renames its steps', async () => {
  const { write, worker, invoke, waits, go, output, buildOf, readJson } = await start();
  write(A);
  const before = await worker();
  const [old, left] = [await invoke(), await invoke()];
  await Promise.all([waits(old), waits(left)]);
  expect(await before.kill('SIGTERM')).toBe(0);

  write(B);
  const after = await worker();
  const fresh = await invoke();
  await waits(fresh);
  // Both at once, by one process.
  await Promise.all([go(old), go(fresh)]);
  expect(await output(old)).toEqual(TRAIL_A);
  expect(await output(fresh)).toEqual(TRAIL_B);

  const [buildA, buildB] = [await buildOf(old), await buildOf(fresh)];
  expect(buildA).not.toBe(buildB);
  await expect
    .poll(async () => ((await readJson('builds')) as BuildList).items, { timeout: 20_000 })
    .toMatchObject([
      { id: buildB, isCurrent: true, open: 0 },
      { id: buildA, isCurrent: false, open: 1 },
    ]);

  // The next process finds out as well, whatever became of the one before.
  await after.kill('SIGKILL');
  await worker();
  await go(left);
  expect(await output(left)).toEqual(TRAIL_A);
});

test('a reload by `dev` leaves running invocations on their code and starts new ones on the new one', async () => {
  const { write, invoke, waits, go, output, project } = await start();
  write(A);
  const system = await startSystem(project);
  const old = await invoke();
  await waits(old);
  write(B);
  await until(system, () => system.output().includes('Reloaded in'));
  const fresh = await invoke();
  await waits(fresh);
  await Promise.all([go(old), go(fresh)]);
  expect(await output(old)).toEqual(TRAIL_A);
  expect(await output(fresh)).toEqual(TRAIL_B);
});

test('`build --replay` refuses a change that running invocations could not take, and names them', async () => {
  const { write, worker, invoke, waits, readJson, project, manifest } = await start();
  write(A);
  await worker();
  const id = await invoke();
  await waits(id);
  expect(await readJson('build', '--replay')).toMatchObject({
    build: { isCached: true, workflows: [{ name: 'order' }], warnings: [] },
    replay: [{ workflow: 'order', replayed: 1, open: 1, breaking: [] }],
  });

  const before = manifest();
  write(B);
  const changed = await cli(project, ['build', '--replay', '--limit', '5']);
  expect(changed.code).toBe(1);
  expect(changed.stdout).toMatch(/^Build [0-9a-f]{16}: \d+ KiB, compiled in /m);
  expect(changed.stdout).toMatch(/^order\t1\t1\t1$/m);
  expect(changed.stderr).toContain(`"order" does not repeat ${id}, which is running`);
  expect(changed.stderr).toContain('order.label');
  expect(changed.stderr).toContain('stay on the build they began on');
  expect(manifest()).toBe(before);

  // Without a look at the records it is a build like any other.
  expect((await cli(project, ['build'])).code).toBe(0);
  expect(manifest()).not.toBe(before);
  const wrong = await cli(project, ['build', '--replay', '--limit', 'many']);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--limit') as string });
});

test('`build` refuses what cannot run as a workflow, with file and line, and the manifest stays as it was', async () => {
  const { write, project, manifest } = await start();
  write(A);
  expect((await cli(project, ['build'])).code).toBe(0);
  const before = manifest();
  write(
    A.replace('state = await pack', 'pack')
      .replace('import {', "import { readFileSync } from 'node:fs';\nimport {")
      .replace('let state', 'readFileSync; let state'),
  );
  const { code, stderr } = await cli(project, ['build']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^WORKFLOW_INVALID: /m);
  expect(stderr).toMatch(/src\/workflows\/order\.mjs:\d+:\d+ node-builtin/);
  expect(stderr).toMatch(/src\/workflows\/order\.mjs:\d+:\d+ floating-promise/);
  expect(manifest()).toBe(before);
});
