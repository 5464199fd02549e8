import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeProject, ROOT, runScript, startSystem } from './support.ts';

interface KeptMail {
  messages: { to: string[]; subject: string; text: string }[];
}

/** The folder as it is, in a project whose servers are its own. */
function projectWithExamples() {
  const project = makeProject();
  symlinkSync(join(ROOT, 'examples'), join(project.root, 'examples'));
  return project;
}

async function mailCaughtBy(project: { dataDir: string }): Promise<KeptMail> {
  const { ports } = JSON.parse(readFileSync(join(project.dataDir, 'embedded.json'), 'utf8')) as {
    ports: { inbox: number };
  };
  return (await (await fetch(`http://127.0.0.1:${ports.inbox}/messages.json`)).json()) as KeptMail;
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
