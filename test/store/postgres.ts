import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { Store, type StoreOptions } from '../../src/store/store.ts';
import { installations, PostgresServer, withClient } from './postgres-server.ts';

/** What a suite has of a server: databases of its own, and stores on them that are closed after each test. */
class TestDatabases {
  #admin = '';
  #server: PostgresServer | undefined;
  readonly #stores: Store[] = [];

  get ownsServer(): boolean {
    return this.#server !== undefined;
  }

  /** For tests that stop it. */
  get server(): PostgresServer {
    if (!this.#server) throw new Error('The server of TEST_DATABASE_URL is not a test’s to stop.');
    return this.#server;
  }

  async open(start: (() => Promise<PostgresServer>) | string): Promise<void> {
    if (typeof start === 'string') this.#admin = start;
    else this.#admin = (this.#server = await start()).url();
  }

  /** The URL of an empty database. */
  async fresh(): Promise<string> {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    await withClient(this.#admin, (client) => client.query(`create database ${name}`));
    const url = new URL(this.#admin);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** A store on that database, or on a new one. */
  async store(url?: string, options?: StoreOptions): Promise<Store> {
    const store = Store.open(url ?? (await this.fresh()), options);
    this.#stores.push(store);
    return store;
  }

  async closeStores(): Promise<void> {
    await Promise.all(this.#stores.splice(0).map((store) => store.close()));
  }

  async end(): Promise<void> {
    await this.#server?.end();
  }
}

const GIVEN = process.env['TEST_DATABASE_URL'];
const found = GIVEN ? [] : await installations();

/** A suite with databases of its own on the first server there is. */
export function describeWithPostgres(title: string, suite: (databases: TestDatabases) => void): void {
  describe(title, () => suite(prepared(GIVEN ?? (() => PostgresServer.start(found[0]!)))));
}

/** The suite once on every major there is; a missing second one is told. */
export function describeOnEachPostgres(title: string, suite: (databases: TestDatabases) => void): void {
  if (GIVEN) {
    describe(`${title} (on TEST_DATABASE_URL)`, () => suite(prepared(GIVEN)));
    return;
  }
  for (const installation of found) {
    const databases = () => prepared(() => PostgresServer.start(installation));
    describe(`${title} (on ${installation.label})`, () => suite(databases()));
  }
  test.skipIf(found.length < 2)(
    `${title}: a second major of Postgres is there to run on (apt-get install postgresql)`,
    () => undefined,
  );
}

function prepared(start: (() => Promise<PostgresServer>) | string): TestDatabases {
  const databases = new TestDatabases();
  beforeAll(() => databases.open(start));
  afterEach(() => databases.closeStores());
  afterAll(() => databases.end());
  return databases;
}
