import { expect, test } from 'vitest';
import type { InvocationPage } from '../../src/core/query.ts';
import { makeProject, startSystem } from '../e2e/support.ts';
import { cli, JOB } from './support.ts';

test('list narrows by name, status and time, and goes on at the cursor it told', async () => {
  const project = makeProject({ 'src/actions/job.ts': JOB });
  const system = await startSystem(project);
  for (const fail of [0, 0, 9]) await system.invoke('some.job', { fail });
  const page = async (...args: string[]) => {
    const { stdout } = await cli(project, ['list', '--name', 'some.job', '--json', ...args]);
    return JSON.parse(stdout) as InvocationPage;
  };
  await expect.poll(async () => (await page()).items.length, { timeout: 10_000 }).toBe(3);
  expect((await page('--status', 'failed', '--since', '1h')).items).toHaveLength(1);
  expect((await page('--since', '2100-01-01')).items).toEqual([]);
  expect((await page('--until', '1h')).items).toEqual([]);
  expect((await page('--until', '2100-01-01', '--code', 'INVOCATION_FAILED')).items).toHaveLength(1);
  expect((await page('--code', 'COMPENSATION_FAILED')).items).toEqual([]);

  const first = await page('--limit', '2');
  const rest = await page('--limit', '2', '--cursor', first.nextCursor!);
  const ids = [...first.items, ...rest.items].map(({ id }) => id);
  expect(new Set(ids).size).toBe(3);

  const { stdout, stderr } = await cli(project, ['list', '--limit', '2']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(rows[0]).toEqual(['STARTED', 'STATUS', 'TOOK', 'NAME', 'ID']);
  expect(rows.slice(1).map((row) => row[4])).toEqual(ids.slice(0, 2));
  expect(stderr).toMatch(/^There are more: --cursor \S+$/m);
});

test.each([
  ['--limit', 'many'],
  ['--status', 'done'],
  ['--since', 'yesterday'],
  ['--until', 'tomorrow'],
  ['--code', 'NOTHING'],
])('list %s %s ends with 2 and names the filter', async (option, value) => {
  const run = await cli(makeProject(), ['list', option, value]);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toContain(`QUERY_INVALID: Expected \`${option.slice(2)}\``);
});
