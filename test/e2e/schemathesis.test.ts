import { expect, test } from 'vitest';
import type { Exception } from './schemathesis.ts';
import { installSchemathesis, runSchemathesis } from './schemathesis.ts';
import { body, makeProject, startSystem } from './support.ts';

const MATHS = `
import { Action, Workflow } from '@do-sdk/core';
import { z } from 'zod';

export const add = new Action({
  name: 'math.add',
  description: 'Adds two numbers',
  input: z.object({ a: z.number().int(), b: z.number().int().default(1), note: z.string().max(20).optional() }),
  output: z.object({ sum: z.number() }),
  handler: async ({ a, b }) => ({ sum: a + b }),
});

const Tree = z.object({ value: z.string(), get children() { return z.array(Tree); } });
export const count = new Action({ name: 'tree.count', input: Tree, handler: async ({ children }) => children.length });

export const refuse = new Action({
  name: 'always.refused',
  retry: { maximumAttempts: 1 },
  handler: async () => { throw new Error('no'); },
});

export const twice = new Workflow({
  name: 'math.twice',
  input: z.object({ n: z.number().int() }),
  output: z.object({ sum: z.number() }),
  handler: async ({ n }) => await add.invoke({ a: n, b: n }),
});
`;

const ANY_INPUT = 'of the action it names, which the general operation cannot say; each has one of its own';
const EXCEPTIONS: Exception[] = [
  ...['actions', 'workflows'].map((kind) => ({
    operation: `POST /v1/${kind}/{name}/invoke`,
    check: 'positive_data_acceptance',
    reason: `takes only the input ${ANY_INPUT}`,
  })),
  {
    operation: 'GET /v1/invocations',
    check: 'positive_data_acceptance',
    reason: 'a cursor is one that an answer had, with the same filters; no schema can say that',
  },
];
/** Their own tests try them; here they would only take time. */
const BUILT_IN = '^/v1/actions/(email|http|script|webhook)[.]';

/** A schema cannot say that a deadline is longer than the delay, nor that neither is longer than 100 years. */
const PARAMETERS = {
  'header.Invocation-Deadline': '90s',
  'header.Invocation-Delay': '1ms',
  'header.Prefer': 'wait=1',
};

test('the API keeps what its OpenAPI document says, whatever is sent', async () => {
  installSchemathesis();
  const project = makeProject({ 'src/actions/maths.ts': MATHS });
  const system = await startSystem(project);
  const { url, key } = system;
  const { id } = await body(await system.invoke('math.add', { a: 1 }));
  console.log(`left out: ${BUILT_IN}: the built-in actions have tests of their own`);
  for (const { operation, check, reason } of EXCEPTIONS)
    console.log(`left out: ${check} of ${operation}: ${reason}`);
  const run = runSchemathesis(project, {
    ...{ url, key, exceptions: EXCEPTIONS, parameters: PARAMETERS, invocation: id },
    args: [
      ...['--phases', 'examples,coverage,fuzzing', '--max-examples', '4', '--seed', '7'],
      // One worker: Python 3.11 may crash when two threads parse at the same time.
      ...['--generation-database', 'none', '--no-shrink', '--request-timeout', '20', '--workers', '1'],
      // NUL is refused in every JSON text, which a schema can say of no string but one with a pattern.
      ...[
        '--generation-allow-x00',
        'false',
        '--suppress-health-check',
        'all',
        '--no-color',
        '--exclude-path-regex',
        BUILT_IN,
      ],
    ],
  });
  const code = await run.ended;
  expect(run.output()).toMatch(/Tested: +\d\d/);
  expect(code, run.output()).toBe(0);
}, 400_000);
