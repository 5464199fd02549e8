import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { ActionClient } from '../../src/core/client.ts';
import { RemoteBackend } from '../../src/remote/backend.ts';

export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export type Answer = (res: ServerResponse, seen: Seen) => void;

export interface ScriptedApi {
  url: string;
  port: number;
  seen: Seen[];
  /** As when its process is killed. */
  close(): void;
}

/** An API that answers by a script, one entry for each request, the last one again and again. */
export const scripted = (...answers: Answer[]): Promise<ScriptedApi> => scriptedOn(0, ...answers);

export async function scriptedOn(wantedPort: number, ...answers: Answer[]): Promise<ScriptedApi> {
  const seen: Seen[] = [];
  const respond: RequestListener = (req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    req.on('end', () => {
      const request = { method: req.method!, path: req.url!, headers: req.headers, body };
      seen.push(request);
      answers[Math.min(seen.length, answers.length) - 1]!(res, request);
    });
  };
  const server = createServer(respond).listen(wantedPort, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, seen, close };
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (res) =>
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

export const problem = (status: number, code: string, headers?: Record<string, string>): Answer =>
  json(status, { code, title: 'A title', detail: `The detail of ${code}.` }, headers);

export const hangUp: Answer = (res) => res.destroy();

export const invocation = (status: string, more: object = {}) => ({
  ...{ id: 'inv_1', kind: 'action', name: 'mail.send', version: '1', status, input: {}, output: null },
  ...{ error: null, attempts: 1, ...more },
});

export function clientOf(baseUrl: string, waitPatienceMs = 20_000): ActionClient {
  const settings = async () => ({ baseUrl, apiKey: 'the-key' });
  return new ActionClient(new RemoteBackend({ settings, startPatienceMs: 5_000, waitPatienceMs }));
}
