import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { analyse } from '../../src/compile/analyse.ts';
import type { Analysis } from '../../src/compile/analyse.ts';
import { format } from '../../src/compile/diagnostic.ts';
import { sliceOf } from '../../src/compile/slice.ts';
import { describeWorkflow } from '../../src/compile/workflows.ts';
import { makeTree, stepEntry } from './support.ts';

const GOLDEN = fileURLToPath(new URL('golden', import.meta.url));
const ACTIONS = ['charge.card', 'refund.card', 'email.send', 'late'].map((name) => stepEntry(name));
const SDK_NAMES = new Set(['Action', 'ActionError', 'DoError', 'Workflow', 'client']);

/** What is wrong with it; else what the bundler gets of it, and what is known of its workflows. */
function tell({ graph, workflows, refusals, warnings }: Analysis): string {
  const findings = [
    ...refusals,
    ...warnings.map((warning) => ({ ...warning, rule: `warning: ${warning.rule}` })),
  ];
  if (refusals.length > 0) return `${findings.map(format).join('\n')}\n`;
  const slices = [...graph.kept.values()].map(
    (kept) => `--- ${graph.project.relative(kept.module.file)}\n${sliceOf(kept, graph.project)}`,
  );
  const facts = workflows.flatMap((place) => describeWorkflow(graph.project, place));
  const told = facts.map((fact) => `--- workflow\n${JSON.stringify(fact, null, 1)}\n`);
  return [...findings.map((finding) => `${format(finding)}\n`), ...slices, ...told].join('\n');
}

const casesOf = (rule: string): string[] => readdirSync(join(GOLDEN, rule)).sort();

describe.each(readdirSync(GOLDEN).sort())('the rule %s', (rule) => {
  test.each(casesOf(rule))('%s', async (name) => {
    const root = join(GOLDEN, rule, name);
    const result = analyse({ files: [join(root, 'flow.ts')], root, actions: ACTIONS, sdkNames: SDK_NAMES });
    if (name === 'refused')
      expect([...result.refusals, ...result.warnings].map((one) => one.rule)).toContain(rule);
    if (name === 'accepted') expect([...result.refusals, ...result.warnings]).toEqual([]);
    await expect(tell(result)).toMatchFileSnapshot(join(root, 'expected.txt'));
  });
});

test('every rule is refused in one place and accepts its neighbour', () => {
  const rules = readdirSync(fileURLToPath(new URL('../../src/compile/rules', import.meta.url)))
    .filter((file) => !['index.ts', 'rule.ts', 'nearest.ts'].includes(file))
    .map((file) => file.replace('.ts', ''));
  for (const rule of [...rules, 'unresolved-import']) {
    for (const name of ['refused', 'accepted']) expect(existsSync(join(GOLDEN, rule, name)), rule).toBe(true);
  }
});

// Not among the files: the compiler of types stops at it.
test('what is no TypeScript is told with its place, beside everything else that is wrong', () => {
  const root = makeTree({
    'flow.ts': `import { Workflow } from '@do-sdk/core';
      import { rate } from './lib.ts';
      export const order = new Workflow({ name: 'order.place', handler: async () => [rate, fetch] });`,
    'lib.ts': 'export const rate = ;',
  });
  expect(tell(analyse({ files: [join(root, 'flow.ts')], root, actions: ACTIONS, sdkNames: SDK_NAMES })))
    .toMatchInlineSnapshot(`
    "flow.ts:3:92 missing-global: A workflow uses \`fetch\`, which its sandbox does not have: there is only what gives the same at every replay.
        Call it in the handler of an action, and that as a step: then it is repeated when it fails, and on record.
    lib.ts:1:21 syntax: Unexpected token
        Mend it; the compiler of types (\`npx tsc --noEmit\`) tells more.
    "
  `);
});
