import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import type { Invocation } from '../../src/core/invocation.ts';
import { LOCALHOST } from '../actions/http/localhost-certificate.ts';
import { allRegistered } from '../../src/core/registry.ts';
import '../../src/actions/index.ts';
import { makeProject, ROOT, startSystem } from '../e2e/support.ts';

const run = promisify(execFile);
const PAGE = readFileSync(join(ROOT, 'docs/actions.md'), 'utf8');
const SNIPPETS = [...PAGE.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text!);

interface Seen {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** What the page calls api.example.com and shop.example.com: busy at first, and reached by TLS. */
async function startOthers(): Promise<{ origin: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const path = request.url!;
    const isFirst = !seen.some((earlier) => earlier.path === path);
    seen.push({ path, headers: request.headers as Record<string, string>, body });
    if (isFirst) response.writeHead(503, { 'retry-after': '1' }).end();
    else response.writeHead(201, { 'content-type': 'application/json' }).end('{"order":7}');
  };
  const server = createServer(LOCALHOST, (request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { origin: `https://localhost:${(server.address() as AddressInfo).port}`, seen };
}

/** The environment after the settings of the page. */
async function settings(text: string): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await run('bash', [
    '-c',
    `${text}\nexec "$0" -p 'JSON.stringify(process.env)'`,
    process.execPath,
  ]);
  const names = [...text.matchAll(/^export (\w+)=/gm)].map(([, name]) => name!);
  const all = JSON.parse(stdout) as NodeJS.ProcessEnv;
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

test('docs/actions.md: its settings and requests do what it says', async () => {
  const others = await startOthers();
  const here = (text: string) => text.replaceAll(/https:\/\/(api|shop)\.example\.com/g, others.origin);
  const project = makeProject();
  const authority = join(project.root, 'authority.pem');
  writeFileSync(authority, LOCALHOST.cert);
  const [first, ...requests] = SNIPPETS;
  const env = await settings(here(first!));
  const system = await startSystem(project, {
    ...env,
    HTTP_ALLOW_HOSTS: 'localhost:*',
    NODE_EXTRA_CA_CERTS: authority,
  });
  const invoke = async (snippet: string) => {
    const line = here(snippet).replaceAll('http://127.0.0.1:3000', system.url);
    const { stdout } = await run('bash', ['-c', line], { cwd: project.root });
    return JSON.parse(stdout) as Invocation;
  };
  const [order, webhook, script] = await Promise.all(requests.map(invoke));

  expect(order).toMatchObject({
    status: 'completed',
    attempts: 2,
    output: { url: `${others.origin}/orders`, status: 201, body: { order: 7 }, encoding: 'json' },
  });
  const orders = others.seen.filter(({ path }) => path === '/orders');
  expect(orders.map(({ body }) => body)).toEqual(['{"cents":500}', '{"cents":500}']);
  expect(orders.map(({ headers }) => headers.authorization)).toEqual(['Bearer s3cret', 'Bearer s3cret']);
  expect(orders[0]!.headers['idempotency-key']).toMatch(/^http\.request\//);
  expect(orders[1]!.headers['idempotency-key']).toBe(orders[0]!.headers['idempotency-key']);
  expect(JSON.stringify(await system.audit(order!.id))).not.toContain('s3cret');

  expect(webhook).toMatchObject({ status: 'completed', attempts: 2 });
  const told = others.seen.filter(({ path }) => path === '/hooks');
  for (const { body, headers } of told) {
    const event = new Webhook(env.WEBHOOK_SECRET!).verify(body, headers);
    expect(event).toEqual({ type: 'invoice.paid', data: { id: 'in_1' } });
    expect(webhook!.output).toEqual({ webhookId: headers['webhook-id'], status: 201 });
  }

  expect(script).toMatchObject({ status: 'completed', attempts: 1, output: { stderr: '' } });
  expect((script!.output as { stdout: string }).stdout.trim()).toBe('3');
});

const sourcesOf = (folder: string): string =>
  readdirSync(join(ROOT, 'src/actions', folder))
    .map((file) => readFileSync(join(ROOT, 'src/actions', folder, file), 'utf8'))
    .join('\n');

test('docs/actions.md has every built-in action, setting and type of failure', () => {
  const files = ['http', 'script', 'webhook'].map((folder) => sourcesOf(folder));
  const sources = [...files, readFileSync(join(ROOT, 'src/actions/http-request.ts'), 'utf8')].join('\n');
  const types = [...sources.matchAll(/'((?:Http|Script|Webhook)[A-Z]\w+)'/g)].map(([, type]) => type!);
  const variables = [...sources.matchAll(/\b((?:HTTP|SCRIPT|WEBHOOK)_[A-Z]+)\b/g)].map(([, name]) => name!);
  const names = allRegistered().map(({ name }) => name);
  expect(names).toEqual(['email.send', 'http.request', 'script.run', 'webhook.notify']);
  const all = [...new Set([...names, ...types, ...variables])];
  expect(all.length).toBeGreaterThan(15);
  expect(all.filter((word) => !PAGE.includes(word))).toEqual([]);
});
