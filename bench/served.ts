import type { ChildProcess } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const KEY = 'bench-key-of-thirty-two-characters';
const MODULE = `import { Action } from '@do-sdk/core';
export const echo = new Action({ name: 'bench.echo', handler: async (input) => input });
`;
const ASKING = `import { client } from '@do-sdk/core';
process.on('message', (n) => {
  client.action('bench.echo').invoke({ n }).then(
    () => process.send({}),
    (error) => process.send({ error: String(error) }),
  );
});
`;

export interface Served {
  url: string;
  /** Of the process that has the API. */
  pid: number;
  /** A request with the key and media type of this system, unless it has others. */
  send: (path: string, init?: RequestInit) => Promise<Response>;
  /** An answer that was read to its end. */
  ask: (
    path: string,
    init?: { input?: unknown; prefer?: string },
  ) => Promise<{ status: number; body: string }>;
  close(): Promise<void>;
}

/** In production the API and its worker are processes of their own; `npm start` has both in one. */
const PARTS = {
  production: [
    ['--only', 'worker'],
    ['--only', 'api'],
  ],
  start: [[]],
};

export interface ServeOptions {
  as?: keyof typeof PARTS;
  /** Projects of one name serve each other's invocations. */
  project?: string;
  env?: NodeJS.ProcessEnv;
}

/** A project of its own with one action, `bench.echo`, and its doors. */
export async function serve(
  folder: string,
  address: string,
  { as = 'production', project = 'bench-served', env = {} }: ServeOptions = {},
): Promise<Served> {
  makeProject(folder, project);
  const port = await freePort();
  const settings = { ...productionEnv(folder, address), DO_API_KEY: KEY, PORT: String(port), ...env };
  const parts = PARTS[as].map((part) =>
    spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'dev', ...part], {
      cwd: folder,
      env: settings,
      stdio: 'ignore',
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  const send = sender(url);
  const ask = asker(send);
  await untilServed(ask);
  return { url, pid: parts.at(-1)!.pid!, send, ask, close: () => endAll(parts) };
}

export interface Asking {
  invoke: (n: number) => Promise<void>;
  close(): Promise<void>;
}

/** A process that invokes by the SDK and runs no attempt itself: what a service in production does. */
export function askBySdk(folder: string, address: string): Asking {
  const child = fork(join(folder, 'asking.mjs'), { cwd: folder, env: productionEnv(folder, address) });
  return {
    async invoke(n) {
      child.send(n);
      const [answer] = (await once(child, 'message')) as [{ error?: string }];
      if (answer.error !== undefined) throw new Error(answer.error);
    },
    close: () => endAll([child]),
  };
}

const productionEnv = (folder: string, address: string): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_ENV: 'production',
  TEMPORAL_ADDRESS: address,
  DO_DATA_DIR: join(folder, '.do'),
});

async function endAll(parts: ChildProcess[]): Promise<void> {
  const ended = parts.map((part) => once(part, 'exit'));
  for (const part of parts) part.kill('SIGTERM');
  await Promise.all(ended);
}

function makeProject(folder: string, name: string): void {
  mkdirSync(join(folder, 'src/actions'), { recursive: true });
  mkdirSync(join(folder, 'node_modules/@do-sdk'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules/@do-sdk/core'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, type: 'module' }));
  writeFileSync(join(folder, 'src/actions/echo.mjs'), MODULE);
  writeFileSync(join(folder, 'asking.mjs'), ASKING);
}

function sender(url: string): Served['send'] {
  const standard = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  return (path, init = {}) =>
    fetch(url + path, { ...init, headers: { ...standard, ...(init.headers as Record<string, string>) } });
}

function asker(send: Served['send']): Served['ask'] {
  return async (path, { input, prefer } = {}) => {
    const response = await send(path, {
      ...(prefer !== undefined && { headers: { prefer } }),
      ...(input !== undefined && { method: 'POST', body: JSON.stringify(input) }),
    });
    return { status: response.status, body: await response.text() };
  };
}

async function untilServed(ask: Served['ask']): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const answer = await ask('/v1/actions/bench.echo/invoke', { input: {} }).catch(() => undefined);
    if (answer?.status === 200) return;
    if (Date.now() > end) throw new Error(`Nothing is served: ${answer?.body}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
