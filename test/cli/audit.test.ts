import { expect, test } from 'vitest';
import type { Audit, AuditEntry } from '../../src/core/invocation.ts';
import { body, makeProject, startSystem } from '../e2e/support.ts';
import { cli, JOB } from './support.ts';

const JSON_TYPES = [
  'invocation.started',
  ...['attempt.scheduled', 'attempt.started', 'attempt.failed', 'retry.scheduled'],
  ...['attempt.scheduled', 'attempt.started', 'attempt.completed', 'invocation.completed'],
];

async function failingOnce(ms: number) {
  const project = makeProject({ 'src/actions/job.ts': JOB });
  const system = await startSystem(project);
  const started = await system.invoke('some.job', { ms, fail: 1 }, { prefer: 'respond-async' });
  return { project, system, id: (await body(started)).id };
}

test('audit --follow prints each entry once, as it happens, and ends when the invocation has closed', async () => {
  const { project, id } = await failingOnce(700);
  const [lines, text] = await Promise.all([
    cli(project, ['audit', id, '--follow', '--json']),
    cli(project, ['audit', id, '--follow']),
  ]);
  const entries = lines.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEntry);
  expect(entries.map(({ type }) => type)).toEqual(JSON_TYPES);
  expect(lines.code).toBe(0);
  const rows = text.stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(rows.map(([, , , type]) => type)).toEqual(JSON_TYPES);
  expect(rows.find(([, , , type]) => type === 'attempt.failed')).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3}$/),
    expect.stringMatching(/^\+\d+(\.\d)? m?s$/),
    '1',
    'attempt.failed',
    'Error: no luck',
  ]);
});

test('audit reads what is on record also after everything has been stopped', async () => {
  const { project, system, id } = await failingOnce(0);
  await expect
    .poll(async () => (await system.audit(id)).invocation.status, { timeout: 20_000 })
    .toBe('completed');
  await system.kill('SIGTERM');
  const { stdout, code } = await cli(project, ['audit', id, '--json']);
  expect(code).toBe(0);
  const { invocation, entries } = JSON.parse(stdout) as Audit;
  expect(invocation).toMatchObject({ id, status: 'completed', attempts: 2 });
  expect(entries.map(({ type }) => type)).toEqual(JSON_TYPES);

  const unknown = await cli(project, ['audit', 'inv_nothing']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/^INVOCATION_NOT_FOUND: /m);
});
