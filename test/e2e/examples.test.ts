import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mailCaughtBy, makeProject, ROOT, runScript, startSystem } from './support.ts';

/** The folder as it is, in a project whose servers are its own. */
function projectWithExamples() {
  const project = makeProject();
  symlinkSync(join(ROOT, 'examples'), join(project.root, 'examples'));
  return project;
}

test('01 defines an action, invokes it by name and ends by itself', async () => {
  const project = projectWithExamples();
  const example = runScript(project, 'examples/01-define-and-invoke.ts');
  expect(await example.ended).toBe(0);
  expect(example.output()).toContain("send-welcome-email: { success: true, messageId: '...' }");
});

test('02 sends a mail over HTTP and prints the id of the invocation', async () => {
  const project = projectWithExamples();
  const system = await startSystem(project);
  const example = runScript(project, 'examples/02-run-over-http.ts', { DO_BASE_URL: system.url });
  expect(await example.ended).toBe(0);
  expect(example.output()).toMatch(/^Action Succeeded: inv_\S+$/m);

  const { messages } = await mailCaughtBy(project);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatchObject({
    to: ['new.user@example.com'],
    subject: 'Welcome to our platform, Alex! Robustly.',
    text: expect.stringContaining("We're thrilled to have you join us.") as string,
  });
});

test.each([
  [
    '03-transfer',
    'commits debit and credit together, or neither',
    [
      "[ { id: 'alice', balance: 70 }, { id: 'bob', balance: 30 } ]",
      'to bob: you got 30',
      '"bank.transfer" failed after 3 attempts: 23514',
    ],
  ],
  [
    '04-hold-and-release',
    'takes back what failed',
    ['{ held: 60 }', 'taking attempt 1 back', 'taking attempt 2 back', 'held: [ 60 ]'],
  ],
  ['05-drizzle', 'writes with drizzle', ["drizzle: { item: 'book', left: 2 }"]],
  ['06-kysely', 'writes with kysely', ["kysely: { page: '/', count: 1 }"]],
])('%s %s and ends by itself', async (name, _, lines) => {
  const project = projectWithExamples();
  const example = runScript(project, `examples/${name}.ts`);
  expect(await example.ended, example.output()).toBe(0);
  for (const line of lines) expect(example.output()).toContain(line);
});
