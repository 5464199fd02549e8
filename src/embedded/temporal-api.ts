/** The few questions that the supervisor asks its server, over the server's HTTP API: no SDK, no gRPC needed here. */
import { request } from 'node:http';
import { connect } from 'node:net';

export const NAMESPACE = 'default';
const RETENTION_SECONDS = 90 * 24 * 3600;

interface NamespaceAnswer {
  config?: { workflowExecutionRetentionTtl?: string };
}

/** False until the server serves clients. Sees to the retention on the way: the server creates namespaces with a day. */
export async function isServing(ports: { grpc: number; http: number }): Promise<boolean> {
  if (!(await accepts(ports.grpc))) return false;
  const path = `/api/v1/namespaces/${NAMESPACE}`;
  const found = await call(ports.http, 'GET', path);
  if (found.status !== 200) return false;
  const { config } = JSON.parse(found.body) as NamespaceAnswer;
  if (Number.parseFloat(config?.workflowExecutionRetentionTtl ?? '0') >= RETENTION_SECONDS) return true;
  const wanted = { config: { workflowExecutionRetentionTtl: `${RETENTION_SECONDS}s` } };
  return (await call(ports.http, 'POST', `${path}/update`, wanted)).status === 200;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function call(port: number, method: string, path: string, body?: object) {
  return new Promise<{ status: number; body: string }>((resolve) => {
    const failed = () => resolve({ status: 0, body: '' });
    const headers = { 'content-type': 'application/json' };
    const options = { host: '127.0.0.1', port, method, path, headers, agent: false, timeout: 5000 };
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on('error', failed);
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', failed);
    sent.end(body && JSON.stringify(body));
  });
}
