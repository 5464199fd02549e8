import { expect, test } from 'vitest';
import { seal } from '../../../src/store/index.ts';
import { describeWithPostgres } from '../../store/postgres.ts';
import { withClient } from '../../store/postgres-server.ts';
import './fixtures/transfer.ts';
import { failureOf, fakeHost, isAlive, pidIn, report, tempDir } from './support.ts';

const NAME = 'isolate.transfer';
const claimant = { token: 'isolate/run-1', action: NAME, invocationId: 'inv_1', attempt: 2 };

describeWithPostgres('a transactional action in a process of its own', (databases) => {
  const rowsOf = (url: string, sql: string) =>
    withClient(url, async (client) => (await client.query(sql)).rows as unknown[]);

  async function hostOn(url: string, timeoutMs?: number) {
    const fake = fakeHost(timeoutMs);
    fake.host.databaseUrl = () => Promise.resolve(url);
    const store = await databases.store(url);
    await store.query('select 1');
    return { ...fake, store };
  }

  test('commits its effect, output and receipt, once for all attempts, and keeps the database to itself', async () => {
    const url = await databases.fresh();
    const fake = await hostOn(url);
    const dir = tempDir();
    const first = await report(NAME, { dir, blocks: false }, fake);
    expect(first.output).toEqual({ receipt: { pid: await pidIn(dir) }, inEnvironment: false });
    expect(first.calls).toEqual([{ name: 'charge', state: 'done', attempt: 2 }]);
    const again = await report(NAME, { dir, blocks: false }, fake, { attempt: 3 });
    expect(again).toMatchObject({ output: first.output, committedBy: 2 });
    expect(await rowsOf(url, 'select * from moved')).toEqual([{ by: 'isolate/run-1' }]);
  });

  test('that is ended at its timeout leaves nothing, and its token can be sealed at once', async () => {
    const url = await databases.fresh();
    const fake = await hostOn(url, 8_000);
    const dir = tempDir();
    const { failure } = await failureOf(NAME, { dir, blocks: true }, fake);
    expect(failure.type).toBe('AttemptTimedOut');
    expect(isAlive(await pidIn(dir))).toBe(false);
    expect(await seal(fake.store, claimant)).toEqual({ state: 'sealed' });
    expect(await rowsOf(url, "select 1 from pg_tables where tablename = 'moved'")).toEqual([]);
    const late = await failureOf(NAME, { dir, blocks: false }, fake);
    expect(late.failure.message).toMatch(/seal/i);
  });

  test('fails when the worker has no database', async () => {
    const fake = fakeHost();
    const { failure } = await failureOf(NAME, { dir: tempDir(), blocks: false }, fake);
    expect(failure.message).toBe('no database');
  });
});
