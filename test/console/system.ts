import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Invocation } from '../../src/core/invocation.ts';
import { removeTree } from '../support/remove-tree.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = [process.env['CHROMIUM'] ?? '', ...BROWSERS].find((path) => existsSync(path));
/** Not of what a user does: where there is no display, and nobody to update for. */
const ARGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

export interface System {
  url: string;
  key: string;
  /** Starts one without waiting for it. */
  start(path: string, input: unknown): Promise<Invocation>;
  get(id: string): Promise<Invocation>;
  /** A new browser, as far as a page can tell, whose faults fail the test. */
  open(hash?: string): Promise<Page>;
  /** The same, and signed in. */
  openSigned(hash: string): Promise<Page>;
}

/** `do-sdk dev` with the fixtures' actions and workflows, and one browser, for the tests of one file. */
export function useSystem(): System {
  const system = {} as System;
  const contexts: BrowserContext[] = [];
  const faults: string[] = [];
  let browser: Browser | undefined;
  let stop: () => Promise<void> = async () => undefined;
  beforeAll(async () => {
    if (!executablePath) return;
    const [served, started] = await Promise.all([
      serve((how) => (stop = how)),
      chromium.launch({ executablePath, args: ARGS, chromiumSandbox: false }),
    ]);
    browser = started;
    Object.assign(system, clientOf(served));
  }, 120_000);
  beforeEach((context) => {
    if (!browser) context.skip(`there is none of ${BROWSERS.join(', ')}; CHROMIUM can name another`);
  });
  afterEach(async () => {
    const found = await Promise.all(contexts.flatMap((context) => context.pages()).map(violationsOf));
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    expect([...faults.splice(0), ...found.flat()]).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await stop();
  });
  system.open = async (hash = '') => {
    const context = await browser!.newContext();
    contexts.push(context);
    await context.addInitScript(WATCH);
    context.on('page', (page) => watch(page, system, faults));
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(`${system.url}/console${hash}`);
    return page;
  };
  system.openSigned = async (hash) => {
    const page = await system.open(hash);
    await signIn(page, system.key);
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    return page;
  };
  return system;
}

export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel(/^API key/).fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Before any script of the page. */
const WATCH = `addEventListener('securitypolicyviolation', (event) => {
  (globalThis.violations ??= []).push(event.violatedDirective + ' ' + event.blockedURI);
});`;

const FOUND = '[...(globalThis.violations ?? []), ...(globalThis.ran ? ["a script ran"] : [])]';
const violationsOf = (page: Page): Promise<string[]> => page.evaluate<string[]>(FOUND);

function watch(page: Page, { url, key }: System, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(`error in the page: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const at = request.url();
    if (!at.startsWith('data:') && !at.startsWith(`${url}/`)) faults.push(`request to ${at}`);
    const { referer = '' } = request.headers();
    if (`${at} ${referer}`.includes(key)) faults.push(`the key is in the address of ${at}`);
  });
}

interface Served {
  url: string;
  key: string;
}

/** `onStarted` is told at once how to stop it, also where it never comes to serve. */
async function serve(onStarted: (stop: () => Promise<void>) => void): Promise<Served> {
  const root = mkdtempSync(join(tmpdir(), 'do-console-'));
  cpSync(join(ROOT, 'test/console/fixtures'), root, { recursive: true });
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ name: `console-${process.pid}`, type: 'module' }),
  );
  mkdirSync(join(root, 'node_modules/@do-sdk'), { recursive: true });
  symlinkSync(ROOT, join(root, 'node_modules/@do-sdk/core'));
  symlinkSync(join(ROOT, 'node_modules/zod'), join(root, 'node_modules/zod'));
  const ours = /^(TEMPORAL_|DO_|SMTP_|NODE_ENV$|DATABASE_URL$|VITEST)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
  const child = spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'dev'], {
    ...{ cwd: root, env: { ...env, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  const ended = once(child, 'close');
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += String(text)));
  onStarted(async () => {
    child.kill('SIGTERM');
    await ended;
    await removeTree(root);
  });
  const url = await vi.waitFor(
    () => {
      const found = /Console\s+(http\S+)\/console\n/.exec(printed)?.[1];
      if (found === undefined) throw new Error(`It does not serve yet, and has printed: ${printed}`);
      return found;
    },
    { timeout: 60_000, interval: 50 },
  );
  return { url, key: readFileSync(join(root, '.do/dev.key'), 'utf8').trim() };
}

function clientOf({ url, key }: Served): Pick<System, 'url' | 'key' | 'start' | 'get'> {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    prefer: 'respond-async',
  };
  const read = async (answer: Promise<Response>) => (await (await answer).json()) as Invocation;
  return {
    ...{ url, key },
    start: (path, input) => read(fetch(url + path, { method: 'POST', headers, body: JSON.stringify(input) })),
    get: (id) => read(fetch(`${url}/v1/invocations/${id}`, { headers: { authorization: `Bearer ${key}` } })),
  };
}
