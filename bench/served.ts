import { spawn } from 'node:child_process';
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

export interface Served {
  url: string;
  /** An answer that was read to its end. */
  ask: (
    path: string,
    init?: { input?: unknown; prefer?: string },
  ) => Promise<{ status: number; body: string }>;
  close(): Promise<void>;
}

/** A project of its own, served as in production: one process for the API and one for its worker. */
export async function serve(folder: string, address: string, env: NodeJS.ProcessEnv = {}): Promise<Served> {
  mkdirSync(join(folder, 'src/actions'), { recursive: true });
  mkdirSync(join(folder, 'node_modules/@do-sdk'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules/@do-sdk/core'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'bench-served', type: 'module' }));
  writeFileSync(join(folder, 'src/actions/echo.mjs'), MODULE);
  const port = await freePort();
  const settings = { NODE_ENV: 'production', TEMPORAL_ADDRESS: address, DO_API_KEY: KEY, PORT: String(port) };
  const parts = ['worker', 'api'].map((part) =>
    spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'dev', '--only', part], {
      cwd: folder,
      env: { ...process.env, DO_DATA_DIR: join(folder, '.do'), ...settings, ...env },
      stdio: 'ignore',
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const ask: Served['ask'] = async (path, { input, prefer } = {}) => {
    const response = await fetch(url + path, {
      headers: { ...headers, ...(prefer !== undefined && { prefer }) },
      ...(input !== undefined && { method: 'POST', body: JSON.stringify(input) }),
    });
    return { status: response.status, body: await response.text() };
  };
  await untilServed(ask);
  return {
    url,
    ask,
    async close() {
      const ended = parts.map((part) => once(part, 'exit'));
      for (const part of parts) part.kill('SIGTERM');
      await Promise.all(ended);
    },
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
