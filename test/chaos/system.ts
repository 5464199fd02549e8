import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { Connection } from '@temporalio/client';
import { ACCOUNTS, INITIAL_BALANCE } from './facts.ts';
import { Guard } from './parts/guard.ts';
import { Network } from './parts/network.ts';
import { Part } from './parts/part.ts';
import { freePorts } from './parts/ports.ts';
import { databaseUrl, postgresLauncher } from './parts/postgres.ts';
import type { Rates } from './parts/programs.ts';
import { apiLauncher, sinkLauncher, workerLauncher } from './parts/programs.ts';
import { makeProject } from './parts/project.ts';
import { temporalLauncher } from './parts/temporal.ts';

export const WORKERS = ['w1', 'w2'] as const;
export const APIS = ['a1', 'a2'] as const;

const SERVERS = [
  'temporal',
  'temporalHttp',
  'temporalMetrics',
  'postgres',
  'smtp',
  'holds',
  ...APIS,
] as const;
type Server = (typeof SERVERS)[number];
type Ports = Record<Server | `${string}-${string}`, number>;

const link = (from: string, to: Server) => ({ name: `${from}-${to}` as const, to });

/** Who speaks to whom; every one of these goes through the network of the run. */
const LINKS = [
  ...WORKERS.flatMap((worker) =>
    (['temporal', 'postgres', 'smtp', 'holds'] as const).map((to) => link(worker, to)),
  ),
  ...APIS.flatMap((api) => [link(api, 'temporal'), link('client', api)]),
];

export interface SystemOptions {
  root: string;
  packageRoot: string;
  seed: number;
  failpoints: Rates;
  onEnd: (name: string, how: string) => void;
}

/** Every process of the run, each of its own, and the network between them. */
export class System {
  readonly root: string;
  readonly parts: Readonly<Record<string, Part>>;
  readonly network: Network;
  readonly ports: Readonly<Record<string, number>>;
  readonly #guard: Guard;

  private constructor(
    root: string,
    parts: Record<string, Part>,
    network: Network,
    ports: Record<string, number>,
    guard: Guard,
  ) {
    this.root = root;
    this.parts = parts;
    this.network = network;
    this.ports = ports;
    this.#guard = guard;
  }

  static async start(options: SystemOptions): Promise<System> {
    const { root, packageRoot, seed, failpoints, onEnd } = options;
    mkdirSync(join(root, 'logs'));
    const guard = new Guard(root);
    const ports: Ports = await freePorts([...SERVERS, ...LINKS.map(({ name }) => name)]);
    const links = LINKS.map(({ name, to }) => [name, { listen: ports[name]!, target: ports[to] }] as const);
    const network = await Network.open(guard, root, Object.fromEntries(links));
    const project = makeProject(root, packageRoot);
    const programs = { guard, root, project, packageRoot, ports, seed, failpoints };
    const launchers = {
      temporal: await temporalLauncher(guard, root, ports),
      postgres: await postgresLauncher(guard, root, ports.postgres),
      smtp: sinkLauncher(programs, 'smtp'),
      holds: sinkLauncher(programs, 'holds'),
      ...Object.fromEntries(WORKERS.map((name) => [name, workerLauncher(programs, name)])),
      ...Object.fromEntries(APIS.map((name) => [name, apiLauncher(programs, name)])),
    };
    const entries = Object.entries(launchers).map(
      ([name, launch]) => [name, new Part({ name, launch, onEnd })] as const,
    );
    const system = new System(root, Object.fromEntries(entries), network, ports, guard);
    await system.#begin().catch(async (error: unknown) => {
      await system.close();
      throw error;
    });
    return system;
  }

  async #begin(): Promise<void> {
    const { temporal, postgres, smtp, holds } = this.parts;
    await Promise.all([temporal, postgres, smtp, holds].map((part) => part!.start()));
    await this.#prepareBank();
    await Promise.all(Object.values(this.parts).map((part) => part.start()));
  }

  async #prepareBank(): Promise<void> {
    await this.query('create table accounts (id integer primary key, balance integer not null)');
    await this.query(
      'create table ledger (ref text, token text, invocation_id text, attempt integer, "from" integer, "to" integer, amount integer)',
    );
    await this.query('create table notes (ref text, token text)');
    await this.query('insert into accounts select id, $1 from generate_series(1, $2) id', [
      INITIAL_BALANCE,
      ACCOUNTS,
    ]);
  }

  /** Past the network: what the checker sees must not be subject to the faults. */
  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({
      connectionString: databaseUrl(this.ports['postgres']!),
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
      application_name: 'chaos',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async temporal<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await Connection.connect({
      address: `127.0.0.1:${this.ports['temporal']}`,
      connectTimeout: '2s',
    });
    try {
      return await connection.withDeadline(Date.now() + 5_000, () => work(connection));
    } finally {
      await connection.close();
    }
  }

  apiUrl = (api: string): string => `http://127.0.0.1:${this.ports[`client-${api}`]}`;

  /** Everything up and no fault left. */
  async heal(): Promise<void> {
    for (const part of Object.values(this.parts)) part.resume();
    await this.network.heal();
    await Promise.all(Object.values(this.parts).map((part) => part.up(60_000)));
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.parts).map((part) => part.down('SIGKILL')));
    this.network.close();
    this.#guard.close();
  }
}
