import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Invocation } from '../../src/core/invocation.ts';
import type { TestProject } from '../e2e/support.ts';
import { makeProject, startSystem } from '../e2e/support.ts';
import { cli, MAIN } from './support.ts';

/** Typed, as the matchers of vitest are not. */
const like = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const FLOW = `
import { Action, Workflow } from '@do-sdk/core';

const pay = new Action({ name: 'pay.out', handler: (input: { cents: number }) => ({ paid: input.cents }) });

export const refund = new Workflow({
  name: 'customer.refund',
  version: '2',
  description: 'Pays back, once somebody has agreed.',
  deadline: '1d',
  handler: async ({ cents }: { cents: number }, ctx) => {
    const { approved, by } = await ctx.approval('refund', { subject: { cents } });
    if (!approved) return { paid: 0, by };
    await ctx.waitForSignal('bank.open');
    return { ...(await pay.invoke({ cents })), by };
  },
});
`;

const project = () => makeProject({ 'src/workflows/refund.ts': FLOW });

async function started(
  of: TestProject,
  cents: number,
): Promise<{ id: string; read: () => Promise<Invocation> }> {
  const system = await startSystem(of);
  const answer = await fetch(`${system.url}/v1/workflows/customer.refund/invoke`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${system.key}`,
      'content-type': 'application/json',
      prefer: 'respond-async',
    },
    body: JSON.stringify({ cents }),
  });
  const { id } = (await answer.json()) as Invocation;
  const read = async () => (await (await system.get(`/v1/invocations/${id}`)).json()) as Invocation;
  await expect.poll(async () => (await read()).approvals?.length, { timeout: 20_000 }).toBe(1);
  return { id, read };
}

/** With a terminal on its standard streams, into which `typed` is typed once it asks. */
async function onTerminal(of: TestProject, args: string[], typed: string) {
  const script = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
  const child = spawn('python3', ['-c', script, process.execPath, MAIN, ...args], {
    cwd: of.root,
    env: { ...of.env, NO_COLOR: '1' },
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
    if (output.includes('[y/N]')) child.stdin.end(`${typed}\n`);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

test('workflows lists what a worker would serve, with its signals, and runs nothing for it', async () => {
  const { code, stdout } = await cli(project(), ['workflows']);
  expect(code).toBe(0);
  const [header, row] = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(header).toEqual(['NAME', 'VERSION', 'SIGNALS', 'DEADLINE', 'BUILD', 'DESCRIPTION']);
  expect(row).toEqual([
    ...['customer.refund', '2', 'bank.open', '1d'],
    ...[like(/^[0-9a-f]{16}$/), 'Pays back, once somebody has agreed.'],
  ]);
});

test('a project without workflows has none to list', async () => {
  expect(await cli(makeProject(), ['workflows', '--json'])).toMatchObject({
    code: 0,
    stdout: '{"items":[]}\n',
  });
});

test('a workflow is approved and signalled to its end, each with an exit code', async () => {
  const of = project();
  const { id, read } = await started(of, 700);
  const unasked = await cli(of, ['approve', id, 'refund']);
  expect(unasked).toMatchObject({ code: 2, stdout: '' });
  const { digest } = (await read()).approvals![0]!;
  expect(unasked.stderr).toMatch(new RegExp(`^USAGE: .*--digest ${digest}`));

  expect(await cli(of, ['approve', id, 'other', '--digest', digest])).toMatchObject({ code: 2 });
  expect(await cli(of, ['approve', id, 'refund', '--digest', 'stale'])).toMatchObject({
    ...{ code: 2, stdout: '', stderr: like(/^APPROVAL_CONFLICT: /) },
  });
  const approved = await cli(of, ['approve', id, 'refund', '--digest', digest, '--reason', 'late']);
  expect(approved).toMatchObject({ code: 0, stdout: 'Approved refund\n' });

  expect(await cli(of, ['signal', id, 'bank.closed'])).toMatchObject({
    code: 2,
    stderr: like(/^SIGNAL_NOT_FOUND: .*bank\.open/),
  });
  const sent = await cli(of, ['signal', id, 'bank.open', '--input', '{"at":9}', '--key', 'k', '--json']);
  expect(JSON.parse(sent.stdout)).toMatchObject({ id, kind: 'workflow' });
  await expect.poll(async () => (await read()).output, { timeout: 10_000 }).toEqual({ paid: 700, by: 'dev' });
  expect(await cli(of, ['signal', id, 'bank.open'])).toMatchObject({
    code: 2,
    stderr: like(/^INVOCATION_CLOSED: /),
  });

  const { stdout } = await cli(of, ['list', '--kind', 'workflow', '--json']);
  expect((JSON.parse(stdout) as { items: Invocation[] }).items.map((item) => item.id)).toEqual([id]);
});

test('on a terminal approve shows what it is on and asks, and anything but yes decides nothing', async () => {
  const of = project();
  const { id, read } = await started(of, 41);
  const no = await onTerminal(of, ['approve', id, 'refund'], '');
  expect(no.code).toBe(1);
  expect(no.output).toMatch(
    /refund, asked for at .*"cents": 41.*Approve this\? \[y\/N\].*Nothing was decided/s,
  );
  expect((await read()).approvals).toHaveLength(1);
  const yes = await onTerminal(of, ['approve', id, 'refund', '--reject', '--reason', 'too late'], 'y');
  expect(yes).toMatchObject({ code: 0, output: like(/Reject this\?.*Rejected refund/s) });
  await expect.poll(async () => (await read()).output, { timeout: 10_000 }).toEqual({ paid: 0, by: 'dev' });
});

test('with nothing running invoke serves the workflow itself', async () => {
  const of = makeProject({
    'src/workflows/double.ts': `
import { Action, Workflow } from '@do-sdk/core';
const double = new Action({ name: 'some.double', handler: (n: number) => 2 * n });
export const twice = new Workflow({ name: 'some.twice', handler: async (n: number) => await double.invoke(n) });
`,
  });
  const { code, stdout, stderr } = await cli(of, ['invoke', 'some.twice', '--input', '21']);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: '42\n' });
  const unknown = await cli(of, ['invoke', 'some.thrice']);
  expect(unknown).toMatchObject({
    code: 2,
    stderr: like(/ACTION_NOT_FOUND: .*some\.thrice/),
  });
});
