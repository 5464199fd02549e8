import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Audit, Invocation } from '../../src/core/invocation.ts';
import type { Running, TestProject } from './support.ts';
import { body, makeProject, ROOT, startProcess, typesOf, until } from './support.ts';

/** Each handler writes a line when it begins and one when it ends; what is between them ran at the same time. */
const LOG = `
import { appendFileSync } from 'node:fs';
export const log = (what, name, key) =>
  appendFileSync('log', JSON.stringify({ what, name, key, at: Date.now(), pid: process.pid }) + '\\n');
`;

const LIMITED = `
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Action } from '@do-sdk/core';
import { log } from '../log.mjs';

const retry = { maximumAttempts: 3, initialInterval: '50ms' };
const counted = (name) => async (input, ctx) => {
  log('begin', name, input.account.id);
  await setTimeout(100);
  log('end', name, input.account.id);
  if (input.n % 3 === 0 && ctx.attempt === 1) throw new Error('once more');
};
export const limited = new Action({ name: 'limited.job', concurrency: { limit: 2 }, retry, handler: counted('limited') });
export const keyed = new Action({
  name: 'keyed.job',
  concurrency: { limit: 1, key: 'account.id' },
  retry,
  handler: counted('keyed'),
});
export const held = new Action({
  name: 'held.job',
  concurrency: { limit: 1, key: 'account.id' },
  retry,
  handler: async ({ n }) => {
    log('begin', 'held', n);
    while (!existsSync('go')) await setTimeout(20);
    log('end', 'held', n);
  },
});
`;

const RATED = `
import { Action, Workflow } from '@do-sdk/core';
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { log } from '../log.mjs';

const retry = { maximumAttempts: 2, initialInterval: '10ms' };
const failing = (name) => async ({ n, customer = '' }, ctx) => {
  log('begin', name, customer);
  if (n === 0 && ctx.attempt === 1) throw new Error('once more');
};
export const rated = new Action({ name: 'rated.job', rateLimit: { limit: 2, per: '1s' }, retry, handler: failing('rated') });
export const byCustomer = new Action({
  name: 'customer.job',
  rateLimit: { limit: 1, per: '1s', key: 'customer' },
  handler: failing('customer'),
});
export const chain = new Workflow({
  name: 'rated.chain',
  handler: async () => {
    for (let n = 0; n < 4; n++) await rated.invoke({ n });
  },
});
export const served = new Action({
  name: 'served.job',
  concurrency: { limit: 1 },
  handler: async ({ n }) => {
    log('begin', 'served', n);
    while (!existsSync('go')) await setTimeout(20);
  },
});
export const urgent = new Workflow({
  name: 'urgent.chain',
  handler: async ({ n, priority }) => {
    await served.invoke({ n }, { priority });
  },
});
`;

interface Line {
  what: 'begin' | 'end';
  name: string;
  key: string | number;
  at: number;
  pid: number;
}

const linesOf = ({ root }: TestProject, name: string): Line[] =>
  existsSync(join(root, 'log'))
    ? readFileSync(join(root, 'log'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Line)
        .filter((line) => line.name === name)
    : [];

const begunOf = (project: TestProject, name: string): Line[] =>
  linesOf(project, name).filter(({ what }) => what === 'begin');

function mostAtOnce(lines: readonly Line[]): number {
  let now = 0;
  return Math.max(0, ...lines.map(({ what }) => (now += what === 'begin' ? 1 : -1)));
}

const startCli = (project: TestProject, ...args: string[]): Running =>
  startProcess(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...args], project, { PORT: '0' });

/** An API and two workers, each a process of its own. */
async function startSystem(actions: string) {
  const project = makeProject({ 'src/log.mjs': LOG, 'src/actions/jobs.ts': actions });
  const first = startCli(project, 'worker');
  await until(first, () => first.output().includes('Serving'), 60);
  // It finds the workflows compiled.
  const second = startCli(project, 'worker');
  const api = startCli(project, 'dev', '--only', 'api');
  await until(second, () => second.output().includes('Serving'), 60);
  await until(api, () => api.output().includes('is ready'), 60);
  const url = /API +(http\S+)/.exec(api.output())![1]!;
  const authorization = `Bearer ${readFileSync(join(project.dataDir, 'dev.key'), 'utf8').trim()}`;
  const read = async (path: string) =>
    await (await fetch(`${url}/v1/invocations/${path}`, { headers: { authorization } })).json();
  const start = async (name: string, input: unknown): Promise<string> => {
    const kind = name.endsWith('.chain') ? 'workflows' : 'actions';
    const response = await fetch(`${url}/v1/${kind}/${name}/invoke`, {
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/json',
        prefer: 'respond-async',
      },
      body: JSON.stringify(input),
    });
    expect(response.status).toBe(202);
    return (await body(response)).id;
  };
  const get = async (id: string) => (await read(id)) as Invocation;
  const audit = async (id: string) => (await read(`${id}/audit`)) as Audit;
  const completed = async (ids: readonly string[]) =>
    await until(api, async () =>
      (await Promise.all(ids.map(get))).every(({ status }) => status === 'completed'),
    );
  return { project, workers: [first, second], api, start, get, audit, completed };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

test('no more attempts than the limit run at once over two workers, and a slot of one killed with -9 comes free', async () => {
  const { project, workers, api, start, get, audit, completed } = await startSystem(LIMITED);
  const ids = await Promise.all(
    numbers(9).flatMap((n) => [
      start('limited.job', { n, account: { id: '' } }),
      start('keyed.job', { n, account: { id: `account-${n % 3}` } }),
    ]),
  );
  await completed(ids);
  const [limited, keyed] = [linesOf(project, 'limited'), linesOf(project, 'keyed')];
  // Three of nine fail once.
  expect([limited.length, keyed.length]).toEqual([24, 24]);
  expect(mostAtOnce(limited)).toBe(2);
  for (const key of new Set(keyed.map(({ key }) => key)))
    expect(mostAtOnce(keyed.filter((line) => line.key === key))).toBe(1);
  expect(mostAtOnce(keyed)).toBeGreaterThan(1);
  // However often an attempt came back for its slot, it is one.
  for (const id of ids)
    expect(typesOf(await audit(id)).filter((type) => type.startsWith('attempt.sch'))).toHaveLength(
      (await get(id)).attempts,
    );

  const held = [await start('held.job', { n: 0, account: { id: 'a' } })];
  await until(api, () => begunOf(project, 'held').length === 1);
  held.push(await start('held.job', { n: 1, account: { id: 'a' } }));
  const asksForSlot = /^a slot: the one slot of "held.job" for the key "a" is taken/;
  await until(api, async () => asksForSlot.test((await get(held[1]!)).waitingFor ?? ''));
  expect(typesOf(await audit(held[1]!))).toEqual(['invocation.started', 'attempt.scheduled 1']);
  const [holder] = begunOf(project, 'held');
  await workers.find(({ child }) => child.pid === holder!.pid)!.kill('SIGKILL');
  const killedAt = Date.now();
  writeFileSync(join(project.root, 'go'), '');
  await completed(held);
  const [, next, last] = begunOf(project, 'held');
  // The lease is of ten seconds, and renewed every two and a half.
  expect(next!.at - killedAt).toBeGreaterThan(5_000);
  expect([next!.key, last!.key].sort()).toEqual([0, 1]);
  expect(mostAtOnce(linesOf(project, 'held').slice(1))).toBe(1);
}, 180_000);

test('a rate holds over two workers, retries and steps, by key for each value, and what waits goes by priority', async () => {
  const { project, workers, api, start, audit, completed } = await startSystem(RATED);
  const ids = await Promise.all([
    ...numbers(6).map((n) => start('rated.job', { n })),
    start('rated.chain', null),
    ...numbers(7).map((n) => start('customer.job', { n: n + 1, customer: 'busy' })),
    start('customer.job', { n: 9, customer: 'calm' }),
  ]);
  await completed(ids);
  const spanOf = (lines: readonly Line[]) => lines.at(-1)!.at - lines[0]!.at;
  const rated = begunOf(project, 'rated');
  expect(rated).toHaveLength(12);
  // Twelve at two a second; a second's worth may begin at once, and one more.
  expect(spanOf(rated)).toBeGreaterThan(((12 - 2 - 1) / 2) * 1000 - 500);
  const busy = begunOf(project, 'customer').filter(({ key }) => key === 'busy');
  // Temporal begins to keep the keys apart with the first it sees, and lets another second's worth through then.
  expect(spanOf(busy)).toBeGreaterThan((7 - 2 - 2) * 1000 - 500);
  expect(begunOf(project, 'customer').find(({ key }) => key === 'calm')!.at).toBeLessThan(busy.at(-1)!.at);

  // With two, the other one has taken something less urgent before there was anything else.
  await workers[1]!.kill('SIGTERM');
  const served = () => begunOf(project, 'served');
  const waiting = [await start('urgent.chain', { n: 0, priority: 1 })];
  await until(api, () => served().length === 1);
  const priorities = [5, 4, 3, 2, 1, 5, 3, 1];
  for (const priority of priorities) waiting.push(await start('urgent.chain', { n: priority, priority }));
  for (const id of waiting)
    await until(api, async () => typesOf(await audit(id)).includes('attempt.scheduled 1'));
  writeFileSync(join(project.root, 'go'), '');
  await completed(waiting);
  expect(served().map(({ key }) => key)).toEqual([0, ...priorities.toSorted()]);
}, 180_000);
