import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TestProject } from './support.ts';
import { body, makeProject, ROOT, startProcess, startSystem, until } from './support.ts';

const COUNTING = `
import { appendFileSync } from 'node:fs';
import { Action } from '@do-sdk/core';

export const counting = new Action({
  name: 'count.runs',
  handler: async (input: { n: number }) => {
    appendFileSync('runs.log', 'run\\n');
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { doubled: input.n * 2 };
  },
});
`;

const KEY = { 'idempotency-key': 'order-42' };

test('100 concurrent invokes with one key over two API processes are one invocation and one run of the handler', async () => {
  const project = makeProject({ 'src/actions/counting.ts': COUNTING });
  const system = await startSystem(project);
  const second = await startApi(project, system.key);
  const doors = [system, second];
  const calls = Array.from({ length: 100 }, (_, n) => doors[n % 2]!.invoke('count.runs', { n: 21 }, KEY));
  const answers = await Promise.all(calls);
  const invocations = await Promise.all(answers.map(body));

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(invocations.map(({ id }) => id)).size).toBe(1);
  expect(new Set(invocations.map(({ output }) => JSON.stringify(output)))).toEqual(
    new Set(['{"doubled":42}']),
  );
  expect(readFileSync(join(project.root, 'runs.log'), 'utf8')).toBe('run\n');

  // Completed now: each door gives it again, in whatever order its members come, and refuses another input.
  for (const door of doors) {
    const again = await door.invoke('count.runs', { n: 21 }, KEY);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    const other = await door.invoke('count.runs', { n: 22 }, KEY);
    expect([other.status, await other.json()]).toMatchObject([422, { code: 'IDEMPOTENCY_MISMATCH' }]);
    const both = { ...KEY, prefer: 'respond-async' };
    expect((await door.invoke('count.runs', { n: 21 }, both)).status).toBe(202);
  }
  expect(readFileSync(join(project.root, 'runs.log'), 'utf8')).toBe('run\n');
});

async function startApi(project: TestProject, key: string) {
  const cli = join(ROOT, 'dist/cli/main.js');
  const running = startProcess(process.execPath, [cli, 'dev', '--only', 'api'], project, { PORT: '0' });
  let url = '';
  await until(running, () => {
    url = /API +(http:\S+)/.exec(running.output())?.[1] ?? '';
    return url !== '';
  });
  return {
    invoke: (action: string, input: unknown, more: Record<string, string>) =>
      fetch(`${url}/v1/actions/${action}/invoke`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...more },
        body: JSON.stringify(input),
      }),
  };
}
