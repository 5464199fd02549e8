import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Action } from '@do-sdk/core';
import { createWorker } from '@do-sdk/core/worker';
import express from 'express';
import type { Bench, Contender, Figure } from './measure.ts';
import { atLeast, atMost, median, ratio, sequential, shown, throughput } from './measure.ts';
import { serve } from './served.ts';

const ROUNDS = 5;
const SEQUENTIAL = 30;
const READS = 600;
const CONCURRENCY = 10;

const echo = new Action({ name: 'bench.direct', handler: async (input: { n: number }) => input });

/** What the door adds: to an invocation against the SDK, and to reading the catalogue against Express alone. */
export async function http({ dataDir, address }: Bench): Promise<Figure[]> {
  const api = await serve(mkdtempSync(join(dataDir, 'http-')), address, { DO_RATE_LIMIT: 'off' });
  const worker = await createWorker();
  const path = '/v1/actions/bench.echo/invoke';
  const direct: Contender = { name: 'SDK', invoke: async (n) => void (await echo.invoke({ n })) };
  const door: Contender = { name: 'HTTP', invoke: async (n) => void (await api.ask(path, { input: { n } })) };
  const [sdk, overHttp] = [[] as number[], [] as number[]];
  await Promise.all([direct, door].map((one) => sequential(one, SEQUENTIAL)));
  for (let round = 0; round < ROUNDS; round++) {
    sdk.push(median(await sequential(direct, SEQUENTIAL)));
    overHttp.push(median(await sequential(door, SEQUENTIAL)));
  }
  await worker.shutdown();
  const reads = await compareReads(api.ask, (await api.ask('/v1/actions')).body);
  await api.close();
  return [
    shown('SDK, sequential median', median(sdk), ' ms'),
    shown('HTTP, sequential median', median(overHttp), ' ms'),
    atMost('HTTP / SDK', ratio(overHttp, sdk), 1.25),
    ...reads,
  ];
}

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
