import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallToolResult } from '@modelcontextprotocol/client';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, onTestFinished, test } from 'vitest';
import { MAIN } from '../cli/support.ts';
import type { RunningSystem, TestProject } from './support.ts';
import { makeProject, ROOT, runScript, startSystem } from './support.ts';

const ORDERS = `
import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Action, ActionError, Workflow } from '@do-sdk/core';
import { z } from 'zod';

console.log('a module prints while it is loaded');
export const place = new Action({
  name: 'order.place',
  description: 'Places an order',
  input: z.object({ item: z.string(), count: z.number().int().default(1) }),
  output: z.object({ placed: z.string() }),
  handler: async ({ item, count }) => {
    console.log('a handler prints');
    appendFileSync('placed', item);
    return { placed: count + ' x ' + item };
  },
});
export const charge = new Action({
  name: 'card.charge',
  handler: () => {
    throw new ActionError('No money on it.', { type: 'CardDeclined', nonRetryable: true });
  },
});
export const job = new Action({
  name: 'slow.job',
  input: z.array(z.number()),
  handler: async ([ms], ctx) => await setTimeout(ms, 'done', { signal: ctx.signal }),
});
`;
const SHOP = `
import { Workflow } from '@do-sdk/core';
import { place } from '../actions/orders.ts';
export const shop = new Workflow({
  name: 'shop.order-twice',
  handler: async (item: string) => [await place.invoke({ item }), await place.invoke({ item, count: 2 })],
});
`;
const FILES = { 'src/actions/orders.ts': ORDERS, 'src/workflows/shop.ts': SHOP };

async function connect(transport: StdioClientTransport | StreamableHTTPClientTransport): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return client;
}

/** As the page says, but for where the API of the test listens. */
async function overHttp(system: RunningSystem, headers: Record<string, string> = {}): Promise<Client> {
  const { url, headers: said } = httpConfig!;
  const authorization = said['Authorization']!.replace('${DO_API_KEY}', system.key);
  return await connect(
    new StreamableHTTPClientTransport(new URL(new URL(url).pathname, system.url), {
      requestInit: { headers: { authorization, ...headers } },
    }),
  );
}

async function overStdio({ root, env }: TestProject, ...args: string[]) {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const transport = new StdioClientTransport({
    ...{
      command: process.execPath,
      args: [MAIN, ...stdioConfig!.args.slice(1), ...args],
      cwd: root,
      stderr: 'pipe',
    },
    env: Object.fromEntries(given),
  });
  let told = '';
  transport.stderr?.on('data', (chunk) => (told += String(chunk)));
  const client = await connect(transport);
  return { client, pid: transport.pid!, told: () => told };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A call that comes back as an answer of an invocation. */
const call = async (client: Client, name: string, input: object) =>
  (await client.callTool({ name, arguments: { ...input } })) as CallToolResult & {
    structuredContent: { id: string };
  };

/** What every door to the same actions has to do. */
async function useTools(client: Client, placed: () => string): Promise<void> {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['card__charge', 'email__send', 'order__place', 'shop__order-twice', 'slow__job']),
  );
  const before = placed();
  const once = { item: 'lamp', idempotencyKey: `lamp-${before.length}` };
  const first = await call(client, 'order__place', once);
  expect(first.structuredContent).toMatchObject({ replayed: false, output: { placed: '1 x lamp' } });
  const { id } = first.structuredContent;
  expect((await call(client, 'order__place', once)).structuredContent).toMatchObject({ id, replayed: true });
  expect(placed()).toBe(`${before}lamp`);

  const other = await call(client, 'order__place', { ...once, item: 'desk' });
  expect(JSON.stringify(other.content)).toContain('IDEMPOTENCY_MISMATCH');
  const invalid = await call(client, 'order__place', { item: 7 });
  expect(invalid.isError).toBe(true);
  expect(JSON.stringify(invalid.content)).toMatch(/INPUT_INVALID.*`item`/);
  const declined = await call(client, 'card__charge', {});
  expect(declined).toMatchObject({
    isError: true,
    structuredContent: { status: 'failed', error: { type: 'CardDeclined', message: 'No money on it.' } },
  });
}

/** A call that goes on, with the tools for that. */
async function goOn(client: Client): Promise<void> {
  const started = await call(client, 'slow__job', { input: [1_500] });
  expect(started.structuredContent).toMatchObject({ status: 'running' });
  const { id } = started.structuredContent;
  const done = await call(client, 'invocation_get', { id, waitSeconds: 30 });
  expect(done.structuredContent).toMatchObject({ id, status: 'completed', output: 'done' });
  const { structuredContent: audit } = await call(client, 'invocation_audit', { id });
  expect(JSON.stringify(audit)).toContain('attempt.completed');

  const endless = await call(client, 'slow__job', { input: [600_000] });
  await call(client, 'invocation_cancel', { id: endless.structuredContent.id });
  const ended = await call(client, 'invocation_get', { id: endless.structuredContent.id, waitSeconds: 30 });
  expect(ended.structuredContent).toMatchObject({ status: 'cancelled' });
}

/** The snippets of the page, by their language, in order. */
const PAGE = readFileSync(join(ROOT, 'docs/agents.md'), 'utf8');
const snippets = (language: string) =>
  [...PAGE.matchAll(/^```(\w+)\n(.*?)^```/gms)].flatMap(([, of, text]) => (of === language ? [text!] : []));

interface Config {
  mcpServers: { shop: { command: string; args: string[]; url: string; headers: Record<string, string> } };
}
const [stdioConfig, httpConfig] = snippets('json').map(
  (text) => (JSON.parse(text) as Config).mcpServers.shop,
);

/** Asks for a lamp once, and ends with what it is told. */
const MODEL = `
import { MockLanguageModelV2 } from 'ai/test';
const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
const call = { type: 'tool-call', toolCallId: 'call_0', toolName: 'placeOrder', input: '{"item":"lamp"}' };
export const model = new MockLanguageModelV2({
  doGenerate: async ({ prompt }) => {
    const told = prompt.find(({ role }) => role === 'tool');
    return told
      ? { content: [{ type: 'text', text: JSON.stringify(told.content[0].output) }], finishReason: 'stop', usage, warnings: [] }
      : { content: [call], finishReason: 'tool-calls', usage, warnings: [] };
  },
});
`;

/** The page's own program, twice: as it would run again after a crash. */
async function useAiSdk(project: TestProject): Promise<void> {
  symlinkSync(join(ROOT, 'node_modules/ai'), join(project.root, 'node_modules/ai'));
  writeFileSync(join(project.root, 'model.ts'), MODEL);
  writeFileSync(join(project.root, 'agent.ts'), snippets('ts')[0]!);
  const before = placedIn(project)();
  writeFileSync(
    join(project.root, 'twice.ts'),
    "await import('./agent.ts?1'); await import('./agent.ts?2');",
  );
  const script = runScript(project, 'twice.ts');
  expect(await script.ended, script.output()).toBe(0);
  const told = script.output().split('{"type":"json","value":{"placed":"1 x lamp"}}');
  expect(told, script.output()).toHaveLength(3);
  expect(placedIn(project)()).toBe(`${before}lamp`);
}

const placedIn = (project: TestProject) => () => {
  try {
    return readFileSync(join(project.root, 'placed'), 'utf8');
  } catch {
    return '';
  }
};

test('an agent uses actions and workflows over HTTP, and over standard input and output through the same API', async () => {
  const project = makeProject(FILES);
  const system = await startSystem(project);
  const client = await overHttp(system);
  await useTools(client, placedIn(project));
  const twice = await call(client, 'shop__order-twice', { input: 'bed' });
  expect(twice.structuredContent).toMatchObject({ output: [{ placed: '1 x bed' }, { placed: '2 x bed' }] });
  await goOn(await overHttp(system, { prefer: 'wait=0' }));

  // The same key of the same caller, whichever door it comes by.
  const stdio = await overStdio(project);
  const again = await call(stdio.client, 'order__place', { item: 'lamp', idempotencyKey: 'lamp-0' });
  expect(again.structuredContent).toMatchObject({ replayed: true, output: { placed: '1 x lamp' } });
  await stdio.client.close();
  await expect.poll(() => isAlive(stdio.pid)).toBe(false);
  const other = makeProject();
  const env = { ...other.env, DO_API_KEY: system.key };
  const elsewhere = await overStdio({ ...other, env }, '--url', system.url);
  expect((await elsewhere.client.listTools()).tools.map(({ name }) => name)).toContain('order__place');
  await useAiSdk(project);
});

test('`do-sdk mcp` works with nothing running, keeps standard output to itself and ends with its input', async () => {
  const project = makeProject(FILES);
  expect(stdioConfig).toMatchObject({ command: 'npx', args: ['do-sdk', 'mcp'] });
  const { client, pid, told } = await overStdio(project, '--wait', '1s');
  await useTools(client, placedIn(project));
  await goOn(client);
  expect(told()).toContain('a module prints while it is loaded');
  expect(told()).toContain('a handler prints');
  client.onerror = (error) => expect.unreachable(error.message);
  await client.close();
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
});
