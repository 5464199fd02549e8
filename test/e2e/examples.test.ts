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
