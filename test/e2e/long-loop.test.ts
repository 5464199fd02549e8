import { beforeAll, expect, test } from 'vitest';
import type { ReplayReport } from '../../src/cli/build/replay.ts';
import { executionOf } from '../../src/temporal/ids.ts';
import { deployed } from './deployed.ts';
import { WORKFLOWS } from './long-loop-workflows.ts';
import type { Running } from './support.ts';
import { until } from './support.ts';

let system: Awaited<ReturnType<typeof deployed>>;
let running: Running;
beforeAll(async () => {
  system = await deployed({ 'src/workflows/all.mjs': WORKFLOWS });
  running = await system.worker();
});

/** What the worker has printed since: one test follows the other. */
function printedFromNow(): () => string {
  const { length } = running.output();
  return () => running.output().slice(length);
}

test('a loop goes on in fresh records, and nothing before or in it is done twice', async () => {
  const { startLimited, handle, output, audit, readJson } = system;
  const printed = printedFromNow();
  const id = await startLimited('long', { times: 40 }, 60);
  // Sent early: nobody takes it until the last line of the handler, many records later.
  const sendLate = () => readJson('signal', id, 'late', '--input', '{"from":"outside"}', '--key', 'k');
  await sendLate();
  await handle(id).signal('begin', 'now');
  await expect
    .poll(async () => (await handle(id).describe()).runId, { timeout: 20_000 })
    .not.toBe(executionOf(id).firstRunId);
  // Temporal knows its key in the record before only.
  await sendLate();
  await handle(id).signal('end');
  const result = (await output(id)) as Record<string, unknown>;
  expect(result).toMatchObject({
    race: 'fast',
    asked: 'now',
    key: { n: 'keyed' },
    total: (40 * 41) / 2,
    again: 'done',
    late: { from: 'outside' },
    repeated: 'SignalTimedOut',
  });
  expect(result['error']).toEqual([
    'INVOCATION_FAILED',
    'Declined',
    '"some.declined" failed after 1 attempt: Declined: no',
    'no',
  ]);
  const counted = [...printed().matchAll(/counted (.+)/g)].map(
    ([, text]) => JSON.parse(text!) as { n: unknown; key: string },
  );
  // first, fast, keyed, one for each iteration.
  expect(counted).toHaveLength(3 + 40 + 40);
  expect(new Set(counted.map(({ key }) => key)).size).toBe(counted.length);

  const { invocation, entries } = await audit(id);
  expect(invocation).toMatchObject({ id, status: 'completed', kind: 'workflow', state: { left: 0 } });
  expect(entries.filter(({ type }) => type === 'attempt.completed')).toHaveLength(counted.length);
  const { items } = (await readJson('list', '--name', 'long')) as { items: { id: string }[] };
  expect(items.map((item) => item.id)).toEqual([id]);
});

test('a failure late in a loop takes back the steps of all its records, last first, and so does a terminate', async () => {
  const { startLimited, untilClosed, handle, audit } = system;
  const printed = printedFromNow();
  const released = (of: string) =>
    [...printed().matchAll(new RegExp(`released ${of} (.+)`, 'g'))].map(([, n]) => n);
  const [id, other] = await Promise.all(
    ['fails', 'waits'].map((end) => startLimited('saga', { times: 12, end }, 40)),
  );
  const all = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', 'child', 'before'];
  await untilClosed(id!);
  expect(released('fails')).toEqual(all);
  expect((await audit(id!)).invocation).toMatchObject({ status: 'failed', error: { type: 'Enough' } });
  const told = async () => (await handle(other!).describe()).memo?.['do.state'];
  await expect.poll(told, { timeout: 20_000 }).toBe('waits');
  expect((await handle(other!).describe()).runId).not.toBe(executionOf(other!).firstRunId);
  await handle(other!).terminate();
  await expect.poll(() => released('waits'), { timeout: 20_000 }).toEqual(all);
});

test('loops and branches side by side go on where they were, each', async () => {
  const { startLimited, handle, output, readJson } = system;
  const printed = printedFromNow();
  const id = await startLimited('beside', 15, 50);
  for (const n of [1, 2, 3]) await handle(id).signal('next', n);
  await until(running, () => [...printed().matchAll(/"n":"b"/g)].length === 30);
  const { runId, memo } = await handle(id).describe();
  expect(runId).not.toBe(executionOf(id).firstRunId);
  const [{ digest }] = memo!['do.approvals'] as [{ digest: string }];
  const decide = (data: unknown) =>
    handle(id).executeUpdate(':approve', { args: [{ name: 'go', digest, approved: true, by: 'ada', data }] });
  await expect(decide({ from: 'no date' })).rejects.toThrow();
  await decide({ from: '2026-01-31T12:00:00Z' });
  const approval = ['ada', Date.parse('2026-01-31T12:00:00Z')];
  expect(await output(id)).toEqual(['a', [1, 2, 3], 'b', 'slept', approval]);
  const counted = [...printed().matchAll(/counted .*"n":"(\w+)/g)].map(([, n]) => n);
  const times = (name: string) => counted.filter((n) => n === name).length;
  expect([times('a'), times('b'), times('branch'), times('slept')]).toEqual([15, 30, 3, 1]);
  // Each of the records can be taken up by any worker, also one that goes on from another.
  const [report] = ((await readJson('build', '--replay')) as { replay: ReplayReport[] }).replay.filter(
    ({ workflow }) => workflow === 'beside',
  );
  expect(report).toMatchObject({ open: 0, breaking: [] });
  expect(report!.replayed).toBeGreaterThan(3);
});

test('what is too large to be taken along fails the workflow, and says what it is', async () => {
  const { startLimited, untilClosed, audit, auditLate } = system;
  const printed = printedFromNow();
  const id = await startLimited('large', 2, 50);
  const over = await startLimited('large', 5, 50);
  await Promise.all([untilClosed(id), untilClosed(over)]);
  expect((await audit(id)).invocation).toMatchObject({ status: 'completed' });
  const { status, error } = (await auditLate(over)).invocation;
  expect(status).toBe('failed');
  expect(error).toMatchObject({ type: 'RecordTooLarge' });
  expect(error!.message).toContain('most of it is what its steps before and beside the loop gave');
  expect(printed()).toContain('released small');
});

test('a handler that looks at the clock before its loop is found out instead of doing something twice', async () => {
  const { startLimited, untilClosed, audit } = system;
  const id = await startLimited('otherwise', 30, 40);
  await untilClosed(id);
  expect((await audit(id)).invocation).toMatchObject({
    status: 'failed',
    error: { type: 'ContinuedOtherwise' },
  });
});

test('without a loop a workflow whose record comes to its end fails in order, and takes back what it did', async () => {
  const { startLimited, untilClosed, audit } = system;
  const printed = printedFromNow();
  const id = await startLimited('endless', 1_000, 10);
  await untilClosed(id);
  const { status, error } = (await audit(id)).invocation;
  expect(status).toBe('failed');
  expect(error).toMatchObject({ type: 'RecordTooLarge' });
  expect(error!.message).toContain('ctx.loop');
  expect(printed()).toContain('released first');
});

test('with the limit that holds everywhere, thousands of steps are one invocation', async () => {
  const { invoke, handle, output, audit } = system;
  const printed = printedFromNow();
  const id = await invoke('counting', 1_500);
  expect(await output(id)).toBe(1_500);
  expect((await handle(id).describe()).runId).not.toBe(executionOf(id).firstRunId);
  const { invocation, entries } = await audit(id);
  expect(invocation).toMatchObject({ id, status: 'completed', output: 1_500 });
  expect(entries.filter(({ type }) => type === 'attempt.completed')).toHaveLength(1_501);
  const keys = [...printed().matchAll(/counted .*"key":"([^"]+)"/g)].map(([, key]) => key);
  expect(new Set(keys).size).toBe(1_501);
}, 180_000);

test('a worker that is killed in the middle of it costs nothing that was done', async () => {
  const { startLimited, handle, output } = system;
  const printed = printedFromNow();
  const id = await startLimited('long', { times: 40 }, 60);
  await handle(id).signal('begin', 'now');
  await until(running, () => [...printed().matchAll(/counted/g)].length > 40);
  await running.kill('SIGKILL');
  const second = await system.worker();
  await handle(id).signal('late', 'x');
  await handle(id).signal('end');
  expect(await output(id)).toMatchObject({ total: (40 * 41) / 2, again: 'done', late: 'x' });
  const keys = [...(printed() + second.output()).matchAll(/"key":"([^"]+)"/g)].map(([, key]) => key);
  // The attempt that was cut off may have run twice, under one key.
  expect(new Set(keys).size).toBe(3 + 40 + 40);
  expect(keys.length).toBeLessThanOrEqual(3 + 40 + 40 + 1);
});
