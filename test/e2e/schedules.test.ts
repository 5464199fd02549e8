import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { InvocationPage } from '../../src/core/query.ts';
import { deployed } from './deployed.ts';

const TICK = `
import { Action } from '@do-sdk/core';
export const tick = new Action({
  name: 'clock.tick',
  schedule: { every: '2s', input: { from: 'the clock' } },
  handler: (input) => input,
});
`;

const slow = (version: string) => `
import { Workflow } from '@do-sdk/core';
export const slow = new Workflow({
  name: 'clock.slow',
  version: '${version}',
  schedule: { every: '1s' },
  handler: async (_, ctx) => { await ctx.sleep('3s'); return '${version}'; },
});
`;

async function start() {
  const system = await deployed({});
  const { project, readJson, temporal } = system;
  const write = (path: string, text: string) => {
    mkdirSync(join(project.root, path, '..'), { recursive: true });
    writeFileSync(join(project.root, path), text);
  };
  const list = async (name: string) => ((await readJson('list', '--name', name)) as InvocationPage).items;
  const schedules = async () => {
    const found = [];
    for await (const { scheduleId } of temporal.schedule.list()) found.push(scheduleId);
    return found.sort();
  };
  return { ...system, write, list, schedules };
}

test('what declares a schedule is invoked by the clock, and each time is an invocation like any other', async () => {
  const { write, worker, list, audit, schedules, project } = await start();
  write('src/actions/tick.mjs', TICK);
  write('src/workflows/slow.mjs', slow('1'));
  // Workers that start at the same moment declare the same.
  const [running, other] = await Promise.all([worker(), worker()]);
  const name = project.root.length > 0 ? (await schedules())[0]!.split('/')[0] : '';
  expect(await schedules()).toEqual([`${name}/clock.slow`, `${name}/clock.tick`]);
  await expect
    .poll(async () => (await list('clock.tick')).filter(({ status }) => status === 'completed').length, {
      timeout: 20_000,
    })
    .toBeGreaterThanOrEqual(2);
  const [item] = await list('clock.tick');
  expect(item).toMatchObject({ kind: 'action', caller: 'schedule', idempotencyKey: null });
  const { invocation, entries } = await audit(item!.id);
  expect(invocation).toMatchObject({ id: item!.id, input: { from: 'the clock' } });
  expect(entries[0]).toMatchObject({ type: 'invocation.started' });

  // Every second, three seconds each: what would overlap is left out.
  await expect.poll(async () => (await list('clock.slow')).length, { timeout: 20_000 }).toBeGreaterThan(2);
  const spans = (await list('clock.slow')).map(({ startedAt, closedAt }) => [
    Date.parse(startedAt),
    closedAt === null ? Infinity : Date.parse(closedAt),
  ]);
  spans.sort(([a], [b]) => a! - b!);
  for (const [at, span] of spans.slice(1).entries()) expect(span[0]).toBeGreaterThanOrEqual(spans[at]![1]!);
  await Promise.all([running.kill('SIGTERM'), other.kill('SIGTERM')]);
});

test('a deploy changes and removes schedules, and new times start on the new build', async () => {
  const { write, worker, list, schedules, temporal, project, output } = await start();
  write('src/actions/tick.mjs', TICK);
  write('src/workflows/slow.mjs', slow('1'));
  const before = await worker();
  await expect.poll(async () => (await list('clock.slow')).length, { timeout: 20_000 }).toBeGreaterThan(0);
  const [scheduleId] = await schedules();
  const mine = 'made-by-hand';
  await temporal.schedule.create({
    scheduleId: mine,
    spec: { intervals: [{ every: '1h' }] },
    action: { type: 'startWorkflow', workflowType: 'x', taskQueue: 'y' },
  });
  // Somebody has a reason for that, which the next deploy does not know.
  await temporal.schedule.getHandle(scheduleId!).pause('for the night');
  await before.kill('SIGTERM');

  rmSync(join(project.root, 'src/actions/tick.mjs'));
  write('src/workflows/slow.mjs', slow('2'));
  await worker();
  await expect.poll(schedules, { timeout: 20_000 }).toEqual([mine, scheduleId]);
  const handle = temporal.schedule.getHandle(scheduleId!);
  expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'for the night' });
  await handle.unpause();
  await expect
    .poll(async () => (await list('clock.slow')).map(({ version }) => version), { timeout: 20_000 })
    .toContain('2');
  const fresh = (await list('clock.slow')).find(({ version }) => version === '2')!;
  expect(await output(fresh.id)).toBe('2');
});
