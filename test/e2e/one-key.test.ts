import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { body, makeProject, startSystem } from './support.ts';

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

test('100 concurrent invokes with one key are one invocation and one run of the handler', async () => {
  const project = makeProject({ 'src/actions/counting.ts': COUNTING });
  const system = await startSystem(project);
  const calls = Array.from({ length: 100 }, () =>
    system.invoke('count.runs', { n: 21 }, { 'idempotency-key': 'order-42' }),
  );
  const answers = await Promise.all(calls);
  const invocations = await Promise.all(answers.map(body));

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(invocations.map(({ id }) => id)).size).toBe(1);
  expect(new Set(invocations.map(({ output }) => JSON.stringify(output)))).toEqual(
    new Set(['{"doubled":42}']),
  );
  expect(readFileSync(join(project.root, 'runs.log'), 'utf8')).toBe('run\n');
});
