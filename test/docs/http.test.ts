import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TestProject } from '../e2e/support.ts';
import { body, makeProject, startProcess, startSystem } from '../e2e/support.ts';
import { ROOT } from './support.ts';

const WELCOME = `
import { Action } from '@do-sdk/core';
import { z } from 'zod';

export const welcome = new Action({
  name: 'mail.welcome',
  input: z.object({ to: z.string() }),
  handler: async ({ to }) => ({ sent: to }),
});
`;

const commands = [...readFileSync(join(ROOT, 'docs/http.md'), 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm)]
  .flatMap(([, text]) => text!.replaceAll('\\\n', ' ').trim().split('\n'))
  .filter((line) => line.startsWith('curl'));

async function outputOf(project: TestProject, command: string, env: Record<string, string>): Promise<string> {
  const run = startProcess(
    'bash',
    ['-c', `set -o pipefail; ${command.replace('curl', 'curl --fail-with-body')}`],
    project,
    env,
  );
  const code = await run.ended;
  expect(code, `${command}: ${run.output()}`).toBe(0);
  return run.output();
}

test('every command of the page on HTTP works as it is written', async () => {
  const project = makeProject({ 'src/actions/welcome.ts': WELCOME });
  const system = await startSystem(project);
  const started = await body(
    await system.invoke('mail.welcome', { to: 'ada@example.com' }, { 'idempotency-key': 'order-42' }),
  );
  const env = { DO_BASE_URL: system.url, KEY: system.key, ID: started.id };
  const outputs: string[] = [];
  for (const command of commands) outputs.push(await outputOf(project, command, env));
  expect(commands).toHaveLength(8);
  const [invoked, batch, read, , actions, stream, cancelled] = outputs;
  expect(JSON.parse(invoked!)).toMatchObject({ id: started.id, output: { sent: 'ada@example.com' } });
  expect(JSON.parse(batch!)).toMatchObject({
    items: [
      { status: 200, replayed: true, invocation: { id: started.id } },
      { status: 400, error: { code: 'INPUT_INVALID' } },
    ],
  });
  expect(JSON.parse(read!)).toMatchObject({ id: started.id, status: 'completed' });
  expect(actions).toContain('"mail.welcome"');
  const { entries } = await system.audit(started.id);
  const streamed = [...stream!.matchAll(/^data: (\{"seq".*)$/gm)].map(
    ([, data]) => JSON.parse(data!) as unknown,
  );
  expect(streamed).toEqual(entries);
  expect(stream).toMatch(/^event: end\nid: end\ndata: \{"id"/m);
  expect(JSON.parse(cancelled!)).toMatchObject({ status: 'completed' });
  expect(readFileSync(join(project.root, 'openapi.json'), 'utf8')).toContain(
    '/v1/actions/mail.welcome/invoke',
  );
});
