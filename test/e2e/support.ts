import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, onTestFinished, vi } from 'vitest';
import type { Audit, Invocation } from '../../src/core/invocation.ts';
import { removeTree } from '../support/remove-tree.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface TestProject {
  root: string;
  dataDir: string;
  env: NodeJS.ProcessEnv;
}

const endings: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** When the test is over; for what was begun before the tests of a file, when all of them are. */
export function atEnd(end: () => unknown): void {
  if (expect.getState().currentTestName === undefined) endings.push(end);
  else onTestFinished(async () => void (await end()));
}

let projects = 0;

/** A project of a user: its own folder, name and data directory, with this package linked into node_modules. */
export function makeProject(files: Record<string, string> = {}): TestProject {
  const root = mkdtempSync(join(tmpdir(), 'do-e2e-'));
  atEnd(() => removeTree(root));
  const manifest = { name: `project-${process.pid}-${++projects}`, type: 'module' };
  for (const [name, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  mkdirSync(join(root, 'node_modules/@do-sdk'), { recursive: true });
  symlinkSync(ROOT, join(root, 'node_modules/@do-sdk/core'));
  symlinkSync(join(ROOT, 'node_modules/zod'), join(root, 'node_modules/zod'));
  return { root, dataDir: join(root, '.do'), env: cleanEnvironment() };
}

/** What the user's shell says of Temporal or of keys must not leak into a test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(TEMPORAL_|DO_|SMTP_|NODE_ENV$|DATABASE_URL$|VITEST|PORT$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

export interface Running {
  child: ChildProcess;
  /** Everything printed so far. */
  output: () => string;
  /** Resolves with the exit code, or the signal that ended it. */
  ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): Promise<number | string>;
}

/** Runs a program in a project; whatever is still running at the end is ended by pid. */
export function startProcess(
  command: string,
  args: string[],
  project: TestProject,
  env: NodeJS.ProcessEnv = {},
  options: { detached?: boolean } = {},
): Running {
  const child = spawn(command, args, {
    ...options,
    cwd: project.root,
    env: { ...project.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1)),
  );
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  atEnd(async () => {
    if (child.exitCode === null && child.signalCode === null) await kill('SIGKILL');
  });
  return { child, output: () => text, ended, kill };
}

/** Plain JavaScript is run by Node itself, as its author would. */
export const runScript = (project: TestProject, file: string, env?: NodeJS.ProcessEnv): Running =>
  startProcess(process.execPath, [...(file.endsWith('.ts') ? ['--import', TSX] : []), file], project, env);

export interface RunningSystem extends Running {
  url: string;
  key: string;
  invoke(action: string, input: unknown, headers?: Record<string, string>): Promise<Response>;
  get(path: string): Promise<Response>;
  audit(id: string): Promise<Audit>;
}

/** `do-sdk dev` in a project (what `npm start` runs), ready to serve. */
export async function startSystem(project: TestProject, env: NodeJS.ProcessEnv = {}): Promise<RunningSystem> {
  const port = await freePort();
  const running = startProcess(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'dev'], project, {
    PORT: String(port),
    ...env,
  });
  const url = `http://127.0.0.1:${port}`;
  await until(running, async () => (await fetch(`${url}/readyz`)).status === 200);
  const key = readFileSync(join(project.dataDir, 'dev.key'), 'utf8').trim();
  const headers = { authorization: `Bearer ${key}` };
  const get = (path: string) => fetch(url + path, { headers });
  return {
    ...running,
    url,
    key,
    get,
    invoke: (action, input, more = {}) =>
      fetch(`${url}/v1/actions/${action}/invoke`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', ...more },
        body: JSON.stringify(input),
      }),
    audit: async (id) => (await (await get(`/v1/invocations/${id}/audit`)).json()) as Audit,
  };
}

/** Polls until `isTrue` is; fails with what the process printed when it ends first. */
export async function until(
  running: Running,
  isTrue: () => boolean | Promise<boolean>,
  seconds = 30,
): Promise<void> {
  let ended: number | string | undefined;
  void running.ended.then((how) => (ended = how));
  const look = async () => {
    if (ended !== undefined || (await Promise.resolve(isTrue()).catch(() => false))) return;
    throw new Error(`still waiting; printed: ${running.output()}`);
  };
  await vi.waitFor(look, { timeout: seconds * 1000, interval: 50 });
  if (ended !== undefined) throw new Error(`It ended with ${ended}: ${running.output()}`);
}

/** Below the range that systems use for outgoing connections, or one of those may take the port before it is listened on. */
const FIRST_PORT = 10_000;
const LAST_PORT = 19_999;

async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

export const body = async (response: Response): Promise<Invocation> => (await response.json()) as Invocation;

export const typesOf = ({ entries }: Audit): string[] =>
  entries.map(({ type, attempt }) => (attempt === undefined ? type : `${type} ${attempt}`));

interface KeptMail {
  messages: { to: string[]; subject: string; text: string }[];
}

/** What the embedded mail catcher of a project has kept. */
export async function mailCaughtBy(project: TestProject): Promise<KeptMail> {
  const text = readFileSync(join(project.dataDir, 'embedded.json'), 'utf8');
  const { ports } = JSON.parse(text) as { ports: { inbox: number } };
  return (await (await fetch(`http://127.0.0.1:${ports.inbox}/messages.json`)).json()) as KeptMail;
}
