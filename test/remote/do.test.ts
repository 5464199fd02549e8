import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Do } from '../../src/remote.ts';
import { invocation, json, scripted } from './support.ts';

const completed = json(200, invocation('completed', { output: 1 }));

function projectFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'do-remote-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Until the test ends. */
function setEnvironment(values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

test('the key and the address of the options are used', async () => {
  const api = await scripted(completed);
  setEnvironment({ DO_API_KEY: 'another', DO_BASE_URL: 'http://127.0.0.1:9' });
  const run = await new Do({ apiKey: 'mine', baseUrl: `${api.url}/` }).action('email.send').run({ to: 'a' });
  expect(run.id).toBe('inv_1');
  expect(api.seen).toMatchObject([
    { path: '/v1/actions/email.send/invoke', headers: { authorization: 'Bearer mine' } },
  ]);
});

test('without options the environment is used', async () => {
  const api = await scripted(completed);
  setEnvironment({ DO_API_KEY: 'of-the-environment', DO_BASE_URL: api.url });
  await new Do().action('email.send').run({});
  expect(api.seen[0]!.headers.authorization).toBe('Bearer of-the-environment');
});

test('a prefix in the path of the address is kept', async () => {
  const api = await scripted(completed);
  await new Do({ apiKey: 'k', baseUrl: `${api.url}/do/api` }).invocations.get('inv_1');
  expect(api.seen[0]!.path).toBe('/do/api/v1/invocations/inv_1');
});

test('in development the key of `npm start` is found, also when it appears after the first call', async () => {
  const api = await scripted(completed);
  const dataDir = join(projectFolder(), 'data');
  setEnvironment({ DO_DATA_DIR: dataDir, DO_BASE_URL: api.url });
  const client = new Do();
  await expect(client.action('email.send').run({})).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
    message: expect.stringMatching(/apiKey.*DO_API_KEY.*npm start/) as string,
  });
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'dev.key'), 'of-the-file\n');
  await client.action('email.send').run({});
  expect(api.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer of-the-file']);
});

test('in production no key is taken from a file', async () => {
  const dataDir = projectFolder();
  writeFileSync(join(dataDir, 'dev.key'), 'of-the-file');
  setEnvironment({ DO_DATA_DIR: dataDir, NODE_ENV: 'production' });
  await expect(new Do().action('email.send').run({})).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
});

test.each(['127.0.0.1:3000', 'ftp://host', 'nonsense', ''])(
  'an address that is none is told before anything is sent: "%s"',
  async (baseUrl) => {
    await expect(new Do({ apiKey: 'k', baseUrl }).action('email.send').run({})).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
      message: expect.stringContaining('baseUrl') as string,
    });
  },
);

test('a key that no header can carry is told so', async () => {
  await expect(new Do({ apiKey: 'line\nbreak' }).action('email.send').run({})).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
    message: expect.stringContaining('copy it again') as string,
  });
});
