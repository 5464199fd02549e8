import { expect, test } from 'vitest';
import { ownServer } from './own-server.ts';
import { body, makeProject, startSystem, until } from './support.ts';

const ECHO = `
import { Action } from '@do-sdk/core';
export const echo = new Action({ name: 'echo.input', handler: (input: unknown) => input });
`;

test('without Temporal the API answers 503 and accepts nothing, and goes on by itself when it is back', async () => {
  const temporal = await ownServer();
  const server = await temporal.start();
  const project = makeProject({ 'src/actions/echo.ts': ECHO });
  const system = await startSystem(project, { TEMPORAL_ADDRESS: temporal.address });
  expect((await system.invoke('echo.input', 1)).status).toBe(200);

  await server.stop();
  const refused = await system.invoke('echo.input', 2, { 'idempotency-key': 'during-the-outage' });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await refused.json()).toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
  expect((await fetch(`${system.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${system.url}/healthz`)).status).toBe(200);

  await temporal.start();
  await until(system, async () => (await fetch(`${system.url}/readyz`)).status === 200);
  const repeated = await system.invoke('echo.input', 2, { 'idempotency-key': 'during-the-outage' });
  expect(repeated.headers.has('idempotent-replayed')).toBe(false);
  expect(await body(repeated)).toMatchObject({ status: 'completed', output: 2, attempts: 1 });
});
