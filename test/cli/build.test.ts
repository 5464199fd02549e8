import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeProject, ROOT, startProcess } from '../e2e/support.ts';

const FILES = {
  'src/actions/charge.ts': `
import { Action } from '@do-sdk/core';
import { post } from '../lib/http.js';
export const charge = new Action({ name: 'card.charge', handler: async (input: object) => await post(input) });
export const safe = new Action({ name: 'card.safe', handler: async (_: object, ctx) => await post({ key: ctx.idempotencyKey }) });
export const held = new Action({ name: 'card.hold', handler: async (input: object) => await post(input), compensate: () => null });
`,
  'src/actions/sum.ts': `
import { Action } from '@do-sdk/core';
import type { Server } from 'node:http';
import { createHash } from 'node:crypto';
export const sum = new Action({ name: 'pure.sum', handler: (input: number[]) => createHash('md5').update(String(input)).digest('hex') });
export const asking = new Action({ name: 'web.ask', handler: async () => (await fetch('http://127.0.0.1:1')).status });
export type Unused = Server;
`,
  'src/lib/http.ts': `
import { request } from 'node:http';
export const post = async (body: object) => { request('http://127.0.0.1:1').end(JSON.stringify(body)); };
`,
};

async function build(...args: string[]) {
  const project = makeProject(FILES);
  const running = startProcess(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'build', ...args], project);
  return { project, code: await running.ended, output: running.output() };
}

test('build names the actions that act outside and have no level, and says what each lacks', async () => {
  const { project, code, output } = await build();
  expect(code).toBe(0);
  expect(output).toMatch(/^card\.charge\s+none\s+node:http$/m);
  expect(output).toMatch(/^pure\.sum\s+none\s*$/m);
  const named = [...output.matchAll(/^"(.+)" acts outside \((.+)\) and has no level/gm)].map(
    ([, ...found]) => found,
  );
  // sum.ts holds both: what one action of a module uses, the other may use too.
  expect(named).toEqual([
    ['card.charge', 'node:http'],
    ['web.ask', 'fetch'],
  ]);
  expect(output).toContain('`compensate`');
  expect(existsSync(join(project.dataDir, 'manifest.json'))).toBe(true);
});

test('with --strict such an action fails the build, and --json is for programs', async () => {
  const { code, output } = await build('--strict', '--json');
  expect(code).toBe(1);
  const { items } = JSON.parse(output.split('\n')[0]!) as {
    items: { name: string; isUnprotected: boolean }[];
  };
  expect(items.filter(({ isUnprotected }) => isUnprotected).map(({ name }) => name)).toEqual([
    'card.charge',
    'web.ask',
  ]);
});
