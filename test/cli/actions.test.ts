import { expect, test } from 'vitest';
import { makeProject } from '../e2e/support.ts';
import { cli, JOB } from './support.ts';

test('actions lists the built-in ones and those of the project, with tabs between the columns of a pipe', async () => {
  const { code, stdout, stderr } = await cli(makeProject({ 'src/actions/job.ts': JOB }), ['actions']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(rows[0]).toEqual(['NAME', 'VERSION', 'RETRY', 'TIMEOUT', 'LEVEL', 'DESCRIPTION']);
  expect(rows.map(([name]) => name)).toContain('email.send');
  expect(rows.find(([name]) => name === 'some.job')).toEqual([
    'some.job',
    '7',
    '3 attempts, 300ms to 1m',
    '90s',
    'none',
    'Does some job.',
  ]);
});

test('actions --json gives what a definition says, in the words of a definition', async () => {
  const { stdout } = await cli(makeProject({ 'src/actions/job.ts': JOB }), ['actions', '--json']);
  const { items } = JSON.parse(stdout) as { items: { name: string }[] };
  expect(items.find(({ name }) => name === 'some.job')).toMatchObject({
    version: '7',
    retry: { maximumAttempts: 3, initialInterval: '300ms' },
    timeout: '90s',
  });
});

test('a module that cannot be loaded ends actions with 1 and names the file', async () => {
  const { code, stderr } = await cli(makeProject({ 'src/actions/broken.ts': 'const = 1;' }), ['actions']);
  expect(code).toBe(1);
  expect(stderr).toContain('src/actions/broken.ts:1:6');
});
