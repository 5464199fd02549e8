import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Invocation } from '../../src/core/invocation.ts';
import { makeProject, startSystem } from '../e2e/support.ts';
import { cli, JOB } from './support.ts';

const project = () => makeProject({ 'src/actions/job.ts': JOB });

test('invoke runs an action of the project with nothing else running, and prints the output alone', async () => {
  const { code, stdout, stderr } = await cli(project(), ['invoke', 'some.job', '--input', '{}']);
  expect({ code, stderr: stderr.replace(/^Starting.*\n/m, '') }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ attempt: 1 });
});

test('invoke tells on stderr what happens when it takes longer than a second', async () => {
  const { code, stdout, stderr } = await cli(project(), [
    'invoke',
    'some.job',
    '--input',
    '{"ms":800,"fail":1}',
  ]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ attempt: 2 });
  expect(stderr).toMatch(/Waiting for inv_/);
  expect(stderr).toMatch(/attempt\.failed\tError: no luck/);
});

test('an invocation that fails ends the command with 1, its code on stderr and the whole of it with --json', async () => {
  const run = await cli(project(), ['invoke', 'some.job', '--input', '-', '--json'], { input: '{"fail":9}' });
  expect(run.code).toBe(1);
  expect(JSON.parse(run.stdout)).toMatchObject({ status: 'failed', attempts: 3, input: { fail: 9 } });
  expect(run.stderr).toMatch(/^INVOCATION_FAILED: .*no luck/m);
});

test('an invocation that outlives --deadline ends the command with 1', async () => {
  const args = ['invoke', 'some.job', '--input', '{"ms":100000}', '--deadline', '500ms'];
  const startedAt = Date.now();
  const run = await cli(project(), args);
  expect(run.code).toBe(1);
  // The handler does not listen to its signal; it must not hold the command until it ends.
  expect(Date.now() - startedAt).toBeLessThan(50_000);
  expect(run.stderr).toMatch(/^INVOCATION_TIMED_OUT: /m);
});

test('invoke asks over HTTP where an API of the project runs, and the same key is the same invocation', async () => {
  const shared = project();
  const system = await startSystem(shared);
  writeFileSync(join(shared.root, 'input.json'), '{"ms":1}');
  const args = ['invoke', 'some.job', '--input', '@input.json', '--key', 'k 1', '--json'];
  const runs = [await cli(shared, args), await cli(shared, args)];
  const [first, second] = runs.map(({ stdout }) => JSON.parse(stdout) as Invocation);
  expect(first).toMatchObject({ status: 'completed', caller: 'dev', idempotencyKey: 'k 1' });
  expect(second!.id).toBe(first!.id);

  const other = await cli(shared, ['invoke', 'some.job', '--input', '{"ms":2}', '--key', 'k 1']);
  expect(other).toMatchObject({ code: 2, stdout: '' });
  expect(other.stderr).toMatch(/^IDEMPOTENCY_MISMATCH: /);

  const configured = { DO_BASE_URL: system.url, DO_API_KEY: 'wrong' };
  const refused = await cli(shared, ['invoke', 'some.job'], { env: configured });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/^UNAUTHORIZED: /);
});

test.each([
  ['an unknown option', ['invoke', 'some.job', '--inptu', '{}'], 'USAGE: unknown option'],
  ['no name', ['invoke'], 'USAGE: missing required argument'],
  ['an unknown command', ['invok'], 'USAGE: unknown command'],
  ['input that is no JSON', ['invoke', 'some.job', '--input', '{a}'], 'INPUT_INVALID: The input (--input)'],
  ['a file that is not there', ['invoke', 'some.job', '--input', '@no.json'], 'USAGE: --input @no.json'],
  ['a deadline of no unit', ['invoke', 'some.job', '--deadline', '90'], 'USAGE: Expected `--deadline`'],
  ['an unknown part', ['dev', '--only', 'console'], 'USAGE: option'],
])('the command line with %s ends with 2 and says why in one line', async (_what, args, message) => {
  const run = await cli(project(), args);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toContain(message);
  expect(run.stderr).not.toMatch(/^ {4}at /m);
});

test('an action that does not exist ends the command with 2', async () => {
  const run = await cli(project(), ['invoke', 'no.such']);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/^ACTION_NOT_FOUND: /m);
});
