import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, vi } from 'vitest';
import { acquireTemporal } from '../../src/embedded/temporal-binary.ts';
import { runningProcesses } from '../../src/embedded/process-list.ts';

interface Report {
  address?: string;
  ui?: string;
  ms?: number;
  progress?: string;
  error?: string;
  /** Its URL. */
  postgres?: string;
}

export interface Lessee {
  child: ChildProcess;
  pid: number;
  reports: Report[];
  /** What `acquireEmbedded` gave it, or its error. */
  settled(): Promise<Report>;
  /** The URL of Postgres that it was given; it asks in the mode `postgres`. */
  postgres(): Promise<string>;
  exited: Promise<number | null>;
}

interface LesseeOptions {
  mode?: 'hold' | 'idle' | 'postgres';
  detached?: boolean;
  env?: NodeJS.ProcessEnv;
  fixture?: string;
  user?: { uid: number; gid: number };
}

const FIXTURE = fileURLToPath(new URL('./fixtures/lessee.mjs', import.meta.url));
const children: ChildProcess[] = [];
const directories: string[] = [];

export function tempDir(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-')));
  directories.push(dir);
  return dir;
}

export function startLessee(
  dataDir: string,
  { mode = 'hold', detached = false, env, fixture = FIXTURE, user = undefined }: LesseeOptions = {},
): Lessee {
  const child = spawn(process.execPath, [fixture, dataDir, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached,
    env: env ?? process.env,
    ...user,
  });
  children.push(child);
  const reports: Report[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    reports.push(...lines.map((line) => JSON.parse(line) as Report));
  });
  const report = (isIt: (report: Report) => boolean) =>
    vi.waitFor(() => reports.find(isIt) ?? Promise.reject(new Error(`not yet: ${JSON.stringify(reports)}`)), {
      timeout: 60_000,
      interval: 20,
    });
  return {
    child,
    pid: child.pid ?? 0,
    reports,
    settled: () => report(({ address, error }) => address !== undefined || error !== undefined),
    async postgres() {
      const { postgres, error } = await report((said) => (said.postgres ?? said.error) !== undefined);
      if (postgres === undefined) throw new Error(error);
      return postgres;
    },
    exited: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  };
}

const processesWith = (text: string) =>
  runningProcesses().flatMap(({ pid, command }) => (command.includes(text) ? pid : []));

export const serversOf = (dataDir: string) => processesWith(`--db-filename ${dataDir}/temporal.db `);
export const supervisorsOf = (dataDir: string) => processesWith(`/embedded/supervisor.js ${dataDir} `);
export const processesOf = (dataDir: string) => [
  ...serversOf(dataDir),
  ...supervisorsOf(dataDir),
  ...postgresOf(dataDir),
];

/** The postmaster and all its children, also while it is being set up. */
export const postgresOf = (dataDir: string) =>
  runningProcesses().flatMap(({ pid, command }) =>
    command.includes(`-D ${dataDir}/postgres/`) || isIn(`${dataDir}/postgres/`, pid) ? pid : [],
  );

function isIn(folder: string, pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
  } catch {
    return false;
  }
}

/** Without a child that has not yet changed the command line that it was born with. */
export function postmastersOf(dataDir: string): number[] {
  const pids = processesWith(`/bin/postgres -D ${dataDir}/postgres/data `);
  return pids.filter((pid) => !pids.includes(parentOf(pid)));
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return Number.NaN;
  }
}

/** The one Postgres that serves now. */
export function onlyPostgres(dataDir: string): number {
  const pids = postmastersOf(dataDir);
  if (pids.length !== 1) throw new Error(`Expected one Postgres, found ${pids.length}: ${pids.join(', ')}`);
  return pids[0] as number;
}

/** The one server that serves now. */
export function onlyServer(dataDir: string): number {
  const pids = serversOf(dataDir);
  if (pids.length !== 1)
    throw new Error(`Expected one Temporal server, found ${pids.length}: ${pids.join(', ')}`);
  return pids[0] as number;
}

export function onlySupervisor(dataDir: string): number {
  const pids = supervisorsOf(dataDir);
  if (pids.length !== 1) throw new Error(`Expected one supervisor, found ${pids.length}: ${pids.join(', ')}`);
  return pids[0] as number;
}

/** Runs the Temporal CLI against an address, for checks from outside. */
export async function temporal(address: string, ...args: string[]): Promise<string> {
  const binary = await acquireTemporal(() => undefined, new AbortController().signal);
  const { stdout } = await promisify(execFile)(binary, [...args, '--address', address]);
  return stdout;
}

/** How long until nothing of the directory runs any more, in ms. */
export async function timeUntilGone(dataDir: string): Promise<number> {
  const since = performance.now();
  await vi.waitFor(
    () => {
      const left = processesOf(dataDir);
      if (left.length > 0) throw new Error(`still running: ${left.join(', ')}`);
    },
    { timeout: 20_000, interval: 50 },
  );
  return performance.now() - since;
}

export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const dir of directories.splice(0)) {
    // The supervisor first: it would start the server again.
    const end = () => [...supervisorsOf(dir), ...processesOf(dir)].forEach((pid) => kill(pid));
    await vi.waitFor(() => (end(), expect(processesOf(dir)).toEqual([])), { timeout: 10_000, interval: 50 });
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}, 30_000);
