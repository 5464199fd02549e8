import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileWorkflows } from '../../src/compile/compile.ts';
import type { BuildManifest, CompileOptions } from '../../src/compile/index.ts';
import { evaluate, makeRuntime, makeTree, stepEntry } from './support.ts';

const ACTIONS = `
  import { readFileSync } from 'node:fs';
  import { Action } from '@do-sdk/core';
  export const charge = new Action({ name: 'charge.card', handler: async () => readFileSync('/dev/null') });`;
const FLOW = `
  import { Workflow } from '@do-sdk/core';
  import { charge } from './actions.ts';
  export const order = new Workflow({
    name: 'order.place',
    description: 'Takes the money.',
    handler: async (amount: number, ctx) => [amount, await charge.invoke(amount)],
  });
  console.log(await order.invoke(1));`;

const SHOP = { 'src/flow.ts': FLOW, 'src/actions.ts': ACTIONS };
const KNOWN = [stepEntry('email.send'), stepEntry('charge.card')];

function optionsFor(root: string, more: Partial<CompileOptions> = {}): CompileOptions {
  return {
    files: [join(root, 'src/flow.ts')],
    actions: KNOWN,
    root,
    buildsDir: join(root, 'builds'),
    ...more,
  };
}

test('a bundle runs the handlers of workflows, and holds the names of actions instead of theirs', async () => {
  const build = await compileWorkflows(optionsFor(makeTree(SHOP)), makeRuntime());
  const ran = evaluate(build.codePath, 'order.place', 7);
  expect(ran.names).toEqual(['order.place']);
  expect(ran.build).toEqual({ id: build.id, actions: { 'charge.card': KNOWN[1] } });
  await expect(ran.run()).resolves.toEqual([7, ['name']]);
  expect(build).toMatchObject({ isCached: false, warnings: [], workflows: [{ name: 'order.place' }] });
  expect(build.bytes).toBe(readFileSync(build.codePath).length);
});

test('modules by alias, by the name of their output, in JSON and as .mts all come along', async () => {
  const root = makeTree({
    'tsconfig.json': '{ /* its "paths" */ "compilerOptions": { "paths": { "#lib/*": ["./src/lib/*"], }, } }',
    'src/flow.ts': `
      import { Workflow } from '@do-sdk/core';
      import { TextEncoder as Encoder } from 'node:util';
      import { one } from '#lib/one.js';
      import two from './two.mjs';
      import three from './three.json' with { type: 'json' };
      export default new Workflow({ name: 'sum', handler: async () => [one, two, three, new Encoder().encode('x').length] });`,
    'src/lib/one.ts': 'export enum Numbers { One = 1 }; export const one: Numbers = Numbers.One;',
    'src/two.mts': 'const two: number = 2; export default two;',
    'src/three.json': '3',
  });
  const build = await compileWorkflows(optionsFor(root), makeRuntime());
  await expect(evaluate(build.codePath, 'sum').run()).resolves.toEqual([1, 2, 3, 1]);
});

test('an error in a handler is told with the line of its file', async () => {
  const root = makeTree({
    'src/flow.ts': `import { Action, Workflow } from '@do-sdk/core';
      const charge = new Action({
        name: 'charge.card',
        handler: async () => 1,
      });
      const unused = 1; /* of
      two lines */
      export const order = new Workflow({
        name: 'order.place',
        handler: async () => { throw new Error(String(await charge.invoke(null))); },
      });`,
  });
  const { codePath } = await compileWorkflows(optionsFor(root), makeRuntime());
  const map = /sourceMappingURL=data:application\/json;charset=utf-8;base64,(\S+)/.exec(
    readFileSync(codePath, 'utf8'),
  );
  const { sources, sourcesContent } = JSON.parse(Buffer.from(map![1]!, 'base64').toString()) as Record<
    string,
    string[]
  >;
  const content = sourcesContent![sources!.indexOf(join(root, 'src/flow.ts'))];
  expect(content!.split('\n')[9]).toContain('throw new Error');
});

test('the same again is not bundled again, and two at once do no harm', async () => {
  const root = makeTree(SHOP);
  const runtime = makeRuntime();
  const [first, second] = await Promise.all([1, 2].map(() => compileWorkflows(optionsFor(root), runtime)));
  const again = await compileWorkflows(optionsFor(root), runtime);
  expect([second!.id, again.id]).toEqual([first!.id, first!.id]);
  expect(again).toMatchObject({ isCached: true, workflows: first!.workflows, bytes: first!.bytes });
  expect(readdirSync(join(root, 'builds')).sort()).toEqual(
    ['js', 'json', 'md'].map((end) => `${again.id}.${end}`),
  );
});

test('beside the bundle lie what a program has to know of it and what a person wants to read', async () => {
  const retried = stepEntry('charge.card', {
    safety: { compensate: { policy: KNOWN[0]!.policy, action: 'refund.card' } },
  });
  const root = makeTree(SHOP);
  const options = optionsFor(root, { actions: [retried] });
  const { id, codePath, workflows } = await compileWorkflows(options, makeRuntime());
  const manifest = JSON.parse(readFileSync(codePath.replace(/js$/, 'json'), 'utf8')) as BuildManifest;
  expect(manifest).toEqual({
    id,
    createdAt: expect.any(String) as string,
    workflows,
    actions: [retried],
    packages: [],
  });
  expect(readFileSync(codePath.replace(/js$/, 'md'), 'utf8').replaceAll(id, '<id>')).toMatchInlineSnapshot(`
    "# Workflows of build <id>

    ## order.place, version 1

    Takes the money.

    Defined in \`src/flow.ts:4\`.

    Signals: none. Approvals: none.

    | action | attempts | timeout of one | taken back by | called at |
    | --- | --- | --- | --- | --- |
    | \`charge.card\` | 3 | 30 s | \`refund.card\` | \`src/flow.ts:7\` |
    "
  `);
});

test('a changed file of the same length is seen', async () => {
  const root = makeTree(SHOP);
  const runtime = makeRuntime();
  const first = await compileWorkflows(optionsFor(root), runtime);
  writeFileSync(join(root, 'src/flow.ts'), FLOW.replace('[amount,', '[    -1,'));
  const second = await compileWorkflows(optionsFor(root), runtime);
  expect(second.id).not.toBe(first.id);
  await expect(evaluate(second.codePath, 'order.place', 7).run()).resolves.toEqual([-1, ['name']]);
});
