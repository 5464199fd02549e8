import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createSecureContext } from 'node:tls';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { httpRequest } from '../../../src/actions/index.ts';
import { failureOf } from '../attempt-of.ts';
import { LOCALHOST } from './localhost-certificate.ts';
import { allow } from './server.ts';

afterEach(() => vi.unstubAllEnvs());

it('a certificate that nobody vouches for is refused, also where the environment of the worker would take any', async () => {
  const names: string[] = [];
  let requests = 0;
  const server = createServer({
    ...LOCALHOST,
    SNICallback: (name, done) => {
      names.push(name);
      done(null, createSecureContext(LOCALHOST));
    },
  });
  server.on('request', () => requests++);
  server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  allow('localhost:*');
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  const failure = await failureOf(httpRequest, { url: `https://localhost:${port}/`, method: 'POST' });
  expect(failure.type).toBe('HttpConnection');
  expect(failure.message).toMatch(/self-signed certificate\. Nothing was sent\.$/);
  expect(requests).toBe(0);
  // Asked for by its name, though the connection was made to an address.
  expect(names).toEqual(['localhost']);
});
