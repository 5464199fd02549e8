import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EmbeddedLease } from '../../src/embedded/index.ts';
import { acquireEmbedded } from '../../src/embedded/index.ts';
import type { TestProject } from './support.ts';
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

/** Kept up for all that are scripts of their own, as by whoever runs one after the other. */
let shared: TestProject;
let lease: EmbeddedLease;
beforeAll(async () => {
  shared = projectWithExamples();
  lease = await acquireEmbedded({ dataDir: shared.dataDir });
});
afterAll(() => (lease as EmbeddedLease | undefined)?.release());

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
  [
    '07-onboarding',
    'goes on after a signal, or after days without one',
    [
      'crm: usr_alex is trial',
      'crm: usr_alex is customer',
      "onboarded: { userId: 'usr_alex', plan: 'team' }",
      "not decided: { userId: 'usr_bo', plan: 'free' }",
    ],
  ],
  [
    '08-order-saga',
    'takes back what an order has done, last first',
    [
      "{ tracking: 'XY123' }",
      'card: 4900 refunded \nstock: lamp is back on the shelf\n"order.place" failed',
      'NoRoute: No ferry goes there.',
    ],
  ],
  [
    '09-approval',
    'heals itself, and asks a person',
    ['asked for: { cents: 10000, fee: 200 }', "paid: { by: 'card, 10200 cents', approvedBy: 'local' }"],
  ],
  ['10-fan-out', 'goes through 500 items', ['{ images: 500, bytes: 1252500 }']],
  ['11-agent', 'picks another tool when one fails', [`{ answer: '"What is the answer?": 42' }`]],
])('%s %s and ends by itself', async (name, _, lines) => {
  const example = runScript(shared, `examples/${name}.ts`);
  expect(await example.ended, example.output()).toBe(0);
  for (const line of lines) expect(example.output()).toContain(line);
});
