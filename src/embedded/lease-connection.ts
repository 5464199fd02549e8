/** One connection of a client to a supervisor: from the first byte to `ready`, and what comes after. */
import { connect, type Socket } from 'node:net';
import type { LockOwner } from './lock.ts';
import { encode, lineReader, type Endpoints, type FromPostgres, type FromSupervisor } from './protocol.ts';

const HELLO_WITHIN = 10_000;

export interface Connection {
  socket: Socket;
  /** The newest ones: after a restart somebody else may have taken a port. */
  endpoints: Endpoints;
}

export interface Waiting {
  onProgress(this: void, message: string): void;
  onPostgres(this: void, message: FromPostgres): void;
  signal: AbortSignal;
  /** Whether the attempt keeps the process alive. It does while somebody waits for the lease. */
  hold: boolean;
}

/** The supervisor is there and says that it cannot do it. Trying again at once would only fail again. */
export class EmbeddedFailure extends Error {
  override name = 'EmbeddedFailure';
}

/** Undefined when nobody listens, or the supervisor ended before it was ready: then another one must be started. */
export function openConnection(
  owner: LockOwner,
  { onProgress, onPostgres, signal, hold }: Waiting,
): Promise<Connection | undefined> {
  const socket = connect(owner.socket).setEncoding('utf8');
  if (!hold) socket.unref();
  let connection: Connection | undefined;
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(silence);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const fail = (error: Error) => {
      settle(() => reject(error));
      socket.destroy();
    };
    const onAbort = () => fail(signal.reason as Error);
    const silence = setTimeout(() => fail(new EmbeddedFailure(mute(owner))), HELLO_WITHIN).unref();
    const onReady = (endpoints: Endpoints) => {
      if (connection) tellMove(connection.endpoints, endpoints, onProgress);
      connection = Object.assign(connection ?? { socket }, { endpoints });
      settle(() => resolve(connection));
    };
    const onMessage = (message: FromSupervisor) => {
      clearTimeout(silence);
      if (message.type === 'progress') onProgress(message.message);
      if (message.type === 'failed') fail(new EmbeddedFailure(message.message));
      if (message.type === 'ready') onReady(message.endpoints);
      if (message.type === 'postgres' || message.type === 'postgres-failed') onPostgres(message);
    };
    const read = lineReader((message) => onMessage(message as FromSupervisor));
    signal.addEventListener('abort', onAbort);
    socket.on('connect', () => socket.write(encode({ type: 'lease', pid: process.pid })));
    socket.on('data', (chunk) => read(String(chunk)));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => settle(() => resolve(undefined)));
    if (signal.aborted) onAbort();
  });
}

export function tellMove(before: Endpoints, after: Endpoints, onProgress: (message: string) => void): void {
  const [from, to] = [before.temporal.address, after.temporal.address];
  if (from !== to) onProgress(`The embedded Temporal server moved from ${from} to ${to}.`);
}

function mute({ pid, socket }: LockOwner): string {
  const what = `The supervisor of the embedded servers (process ${pid}, ${socket}) has not answered for 10 s`;
  return `${what}. It may be stopped or hung: continue it (kill -CONT ${pid}) or end it (kill -9 ${pid}).`;
}
