import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planOf } from '../../src/compile/plan.ts';
import { makeRuntime, makeTree, stepEntry } from './support.ts';

const SHOP = {
  'src/flow.ts': `
    import { Workflow, client } from '@do-sdk/core';
    import { charge } from './actions.ts';
    export const order = new Workflow({
      name: 'order.place', // comment
      handler: async (tool: string) => [await charge.invoke(1), 'DYNAMIC'],
    });`,
  'src/actions.ts': `
    import { Action } from '@do-sdk/core';
    export const charge = new Action({ name: 'charge.card', handler: async () => 1 });`,
};
const ACTIONS = [stepEntry('charge.card'), stepEntry('email.send')];
const runtime = () => makeRuntime();

/** Of the shop, with some words replaced by others. */
function idOf(
  changes: Record<string, string> = {},
  { actions = ACTIONS, paths = runtime(), tree = makeTree(SHOP) } = {},
): string {
  for (const path of Object.keys(SHOP)) {
    const file = join(tree, path);
    const text = Object.entries(changes).reduce(
      (now, [from, to]) => now.replaceAll(from, to),
      readFileSync(file, 'utf8'),
    );
    writeFileSync(file, text);
  }
  return planOf({ files: [join(tree, 'src/flow.ts')], actions, root: tree, buildsDir: tree }, paths).id;
}

test('the id of a build is the same in every place and at every time', () => {
  expect(idOf()).toBe(idOf());
  expect(idOf()).toMatch(/^[0-9a-f]{16}$/);
});

test.each([
  ['the handler of an action', { '=> 1': '=> 1 + 1' }],
  ['a comment', { '// comment': '' }],
  ['the ends of lines', { '\n': '\r\n' }],
])('%s does not change the id', (_, changes) => {
  expect(idOf(changes)).toBe(idOf());
});

test.each([
  ['the handler of a workflow', { 'invoke(1)': 'invoke(2)' }],
  ['the name of an action', { 'charge.card': 'email.send' }],
])('%s changes the id', (_, changes) => {
  expect(idOf(changes)).not.toBe(idOf());
});

test('the policy of an action changes the id of the builds that use it, and of no others', () => {
  const changed = (name: string) =>
    ACTIONS.map((entry) => (entry.name === name ? { ...entry, version: '2' } : entry));
  expect(idOf({}, { actions: changed('charge.card') })).not.toBe(idOf());
  expect(idOf({}, { actions: changed('email.send') })).toBe(idOf());
  expect(idOf({}, { actions: [...ACTIONS].reverse() })).toBe(idOf());
});

test('where an action is chosen at run time, all of them belong to the build', () => {
  const dynamic = { "'DYNAMIC'": 'await client.action(tool).invoke(1)' };
  const other = ACTIONS.map((entry) => (entry.name === 'email.send' ? { ...entry, version: '2' } : entry));
  expect(idOf(dynamic, { actions: other })).not.toBe(idOf(dynamic));
  expect(idOf(dynamic, { actions: [...ACTIONS].reverse() })).toBe(idOf(dynamic));
});

test('another release of what runs workflows changes the id', () => {
  const paths = runtime();
  const before = idOf({}, { paths });
  writeFileSync(join(paths.coreDir, 'loop.js'), 'export const changed = 1;');
  expect(idOf({}, { paths })).not.toBe(before);
});
