import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Action } from '@do-sdk/core';
import { createWorker } from '@do-sdk/core/worker';
import express from 'express';
import type { Bench, Contender, Figure } from './measure.ts';
import { atLeast, atMost, median, ratio, sequential, shown, throughput } from './measure.ts';
import { askBySdk, serve } from './served.ts';

const ROUNDS = 8;
const SEQUENTIAL = 30;
const READS = 600;
const CONCURRENCY = 10;

const echo = new Action({ name: 'bench.direct', handler: async (input: { n: number }) => input });

const PATH = '/v1/actions/bench.echo/invoke';
const env = { DO_RATE_LIMIT: 'off' };

/** What the door adds: to an invocation against the SDK, and to reading the catalogue against Express alone. */
export async function http(bench: Bench): Promise<Figure[]> {
  return [...(await inOneProcess(bench)), ...(await inProduction(bench))];
}

/** Worker and whoever invokes in one process: a script here, `npm start` there. Both have starts that are eager. */
async function inOneProcess({ dataDir, address }: Bench): Promise<Figure[]> {
  const folder = mkdtempSync(join(dataDir, 'http-'));
  const system = await serve(folder, address, { as: 'start', project: 'bench-one', env });
  const worker = await createWorker();
  const direct: Contender = { name: 'SDK', invoke: async (n) => void (await echo.invoke({ n })) };
  const figures = await compare(direct, system.ask, 'one process');
  await worker.shutdown();
  await system.close();
  return figures;
}

/** The worker is elsewhere for both: a service that invokes by the SDK, and one that asks the API. */
async function inProduction({ dataDir, address }: Bench): Promise<Figure[]> {
  const folder = mkdtempSync(join(dataDir, 'http-'));
  const api = await serve(folder, address, { env });
  const service = askBySdk(folder, address);
  const figures = await compare({ name: 'SDK', invoke: service.invoke }, api.ask, 'production');
  await service.close();
  const reads = await compareReads(api.ask, (await api.ask('/v1/actions')).body);
  await api.close();
  return [...figures, ...reads];
}

async function compare(direct: Contender, ask: Ask, where: string): Promise<Figure[]> {
  const door: Contender = { name: 'HTTP', invoke: async (n) => void (await ask(PATH, { input: { n } })) };
  const [sdk, overHttp] = [[] as number[], [] as number[]];
  const turns = [async () => await take(direct, sdk), async () => await take(door, overHttp)];
  for (const one of [direct, door]) await sequential(one, SEQUENTIAL);
  for (let round = 0; round < ROUNDS; round++) {
    for (const turn of turns) await turn();
    turns.reverse();
  }
  return [
    shown(`${where}: SDK, sequential median`, median(sdk), ' ms'),
    shown(`${where}: HTTP, sequential median`, median(overHttp), ' ms'),
    atMost(`${where}: HTTP / SDK`, ratio(overHttp, sdk), 1.25),
  ];
}

const take = async (one: Contender, medians: number[]): Promise<void> =>
  void medians.push(median(await sequential(one, SEQUENTIAL)));

type Ask = Awaited<ReturnType<typeof serve>>['ask'];

async function compareReads(ask: Ask, bytes: string): Promise<Figure[]> {
  const server = createServer(express().get('/', (_req, res) => void res.type('json').send(bytes)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const bare: Contender = { name: 'bare', invoke: async () => void (await (await fetch(url)).text()) };
  const ours: Contender = { name: 'ours', invoke: async () => void (await ask('/v1/actions')) };
  const [bareRates, ourRates] = [[] as number[], [] as number[]];
  for (let round = 0; round <= ROUNDS; round++) {
    bareRates.push(await throughput(bare, READS, CONCURRENCY));
    ourRates.push(await throughput(ours, READS, CONCURRENCY));
  }
  server.close();
  return [
    shown('GET /v1/actions: bytes', bytes.length, ''),
    shown('GET /v1/actions: bare Express 5', median(bareRates), '/s'),
    shown('GET /v1/actions: do-sdk', median(ourRates), '/s'),
    atLeast('GET /v1/actions: do-sdk / bare Express 5', ratio(ourRates, bareRates), 0.5),
  ];
}
