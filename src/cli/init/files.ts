interface NewProject {
  name: string;
  /** What package.json says of this package. */
  dependency: string;
}

/** The files of a new project by their names: one action, one test for it, and what runs both. */
export function projectFiles({ name, dependency }: NewProject): Record<string, string> {
  return {
    'package.json': `${JSON.stringify(manifest(name, dependency), null, 2)}\n`,
    'tsconfig.json': `${JSON.stringify({ compilerOptions: COMPILER, include: INCLUDE }, null, 2)}\n`,
    'src/actions/greet.ts': ACTION,
    'test/greet.test.ts': TEST,
    '.gitignore': 'node_modules/\n.do/\n.env\n',
    'README.md': readme(name),
  };
}

const manifest = (name: string, dependency: string) => ({
  name,
  version: '0.1.0',
  private: true,
  type: 'module',
  // tsx runs the test on every Node that runs the rest; Node alone reads TypeScript only from 22.18 on.
  scripts: { start: 'do-sdk dev', test: 'tsx --test test/*.test.ts' },
  dependencies: { '@do-sdk/core': dependency, zod: '^4.0.0' },
  devDependencies: { '@types/node': '^20.0.0', tsx: '^4.0.0' },
});

const COMPILER = {
  target: 'es2022',
  module: 'nodenext',
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  types: ['node'],
};

/** The last is what the build writes, so that calls by name are typed. */
const INCLUDE = ['src', 'test', '.do/types.d.ts'];

const ACTION = `import { Action } from '@do-sdk/core';
import { z } from 'zod';

export const greet = new Action({
  name: 'greet',
  description: 'Greets somebody by name.',
  input: z.object({ name: z.string().min(1) }),
  output: z.object({ greeting: z.string() }),
  retry: { maximumAttempts: 5, initialInterval: '1s' },
  timeout: '10s',
  handler: async ({ name }, ctx) => {
    ctx.log.info('greeting', { name, attempt: ctx.attempt });
    return { greeting: \`Hello, \${name}!\` };
  },
});
`;

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testAction } from '@do-sdk/core/testing';
import { greet } from '../src/actions/greet.ts';

test('greets by name', async () => {
  const run = await testAction(greet).run({ name: 'Ada' });
  assert.deepEqual(run.output, { greeting: 'Hello, Ada!' });
});

test('greets also when the first two attempts fail', async () => {
  const run = await testAction(greet, { failFirst: 2 }).run({ name: 'Ada' });
  assert.equal(run.status, 'completed');
  assert.equal(run.attempts.length, 3);
});

test('refuses an empty name before anything runs', async () => {
  await assert.rejects(testAction(greet).run({ name: '' }), { code: 'INPUT_INVALID' });
});
`;

const readme = (name: string) => `# ${name}

Atomic Actions: defined once, run once, every attempt on record.

\`\`\`sh
npm install && npm test
npm start                                              # worker, API and a Temporal server, until Ctrl-C
npx do-sdk invoke greet --input '{"name":"Ada"}'       # from another terminal
\`\`\`

Every module under \`src/actions/\` is loaded, and \`npm start\` starts anew when one changes. \`npx do-sdk --help\` lists
the commands; \`npx do-sdk audit <id>\` shows every attempt of an invocation.
`;
