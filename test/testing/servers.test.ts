import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { Client } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { Action, client } from '../../src/index.ts';
import { startTestServers } from '../../src/testing.ts';

const double = new Action({ name: 'testing.servers', handler: (n: number) => 2 * n });

const insert = new Action({
  name: 'testing.servers-insert',
  transactional: true,
  handler: async (id: string, { tx }) => {
    await tx.query('create table if not exists ids (id text primary key)');
    await tx.query('insert into ids values ($1)', [id]);
  },
});

const ours = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(DO_|TEMPORAL_|SMTP_|DATABASE_URL$)/.test(name)),
  );

const answers = (address: string) =>
  new Promise<boolean>((resolve) => {
    const { hostname, port } = new URL(`tcp://${address}`);
    const socket = connect(Number(port), hostname);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy() && resolve(true));
  });

describe('the servers of a suite', () => {
  beforeEach(() => {
    // What a developer has set for his own: nobody answers there.
    process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:1';
    process.env['TEMPORAL_API_KEY'] = 'secret';
    process.env['DO_API_KEY'] = 'k';
    process.env['DATABASE_URL'] = 'postgres://me@127.0.0.1:1/mine';
  });

  test('serve the client of this process, whatever its shell says, and are gone after the suite', async () => {
    const before = ours();
    const servers = await startTestServers();
    try {
      const run = await client.action(double).run(21);
      expect(run).toMatchObject({ status: 'completed', output: 42 });
      expect(run.links.temporal).toContain(servers.temporal.ui);
      expect((await client.invocations.get(run.id)).status).toBe('completed');
      expect(process.env['SMTP_URL']).toBe(servers.smtpUrl);
      expect((await fetch(servers.inboxUrl)).status).toBe(200);
      expect(process.env['TEMPORAL_API_KEY']).toBeUndefined();
    } finally {
      await servers.stop();
    }
    expect(ours()).toEqual(before);
    expect(existsSync(servers.dataDir)).toBe(false);
    expect(await answers(servers.temporal.address)).toBe(false);
    await expect(servers.stop()).resolves.toBeUndefined();
  });

  test('have nothing of those before them', async () => {
    const first = await startTestServers();
    const { id } = await client.action(double).run(1, { idempotencyKey: 'once' });
    await first.stop();
    const second = await startTestServers();
    try {
      expect(second.dataDir).not.toBe(first.dataDir);
      await expect(client.invocations.get(id)).rejects.toMatchObject({ code: 'INVOCATION_NOT_FOUND' });
      expect(await double.invoke(2, { idempotencyKey: 'once' })).toBe(4);
    } finally {
      await second.stop();
    }
  });

  test('have a Postgres of their own, for who needs it and for who asks for it', async () => {
    const before = ours();
    const servers = await startTestServers();
    let url: string;
    try {
      expect(process.env['DATABASE_URL']).toBeUndefined();
      await insert.invoke('u1');
      url = await servers.postgres();
      expect(process.env['DATABASE_URL']).toBe(url);
      const database = new Client(url);
      await database.connect();
      expect((await database.query('select id from ids')).rows).toEqual([{ id: 'u1' }]);
      await database.end();
      expect(await servers.postgres()).toBe(url);
    } finally {
      await servers.stop();
    }
    expect(ours()).toEqual(before);
    expect(existsSync(servers.dataDir)).toBe(false);
    expect(await answers(new URL(url).host)).toBe(false);
  });
});
