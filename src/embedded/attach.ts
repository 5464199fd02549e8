/** Connects to the supervisor of a data directory, starting one where there is none. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Layout } from './layout.ts';
import { EmbeddedFailure, openConnection, type Connection, type Waiting } from './lease-connection.ts';
import { lockOwner } from './lock.ts';
import { logTail } from './log-file.ts';
import { spawnSupervisor } from './spawn-supervisor.ts';

const POLL = 10;
const CONNECT_WITHIN = 30_000;

export async function attach(layout: Layout, waiting: Waiting): Promise<Connection> {
  let starting: Promise<number> | undefined;
  let exitCode: number | undefined;
  let deadline = performance.now() + CONNECT_WITHIN;
  for (;;) {
    const before = performance.now();
    const owner = lockOwner(layout.lock);
    const connection = owner && (await openConnection(owner, waiting));
    if (connection) return connection;
    // A long connection that ended without `ready` was a supervisor that died at work: a new one has its full time.
    if (performance.now() - before > 1000) deadline = performance.now() + CONNECT_WITHIN;
    if (exitCode !== undefined && exitCode !== 0) throw new EmbeddedFailure(fellOver(layout, exitCode));
    if (performance.now() > deadline) throw new EmbeddedFailure(unreachable(layout));
    if (exitCode === 0) starting = exitCode = undefined;
    if (!starting) {
      starting = spawnSupervisor(layout);
      void starting.then((code) => (exitCode = code));
    }
    waiting.signal.throwIfAborted();
    await delay(POLL, undefined, { ref: waiting.hold });
  }
}

function fellOver(layout: Layout, code: number): string {
  const what = `The supervisor of the embedded servers in ${layout.root} ended with code ${code} before it was ready.`;
  return `${what} Last lines of ${layout.supervisorLog}:\n${logTail(layout.supervisorLog) || '(empty)'}`;
}

function unreachable(layout: Layout): string {
  const owner = lockOwner(layout.lock);
  const who = owner
    ? `Process ${owner.pid} holds the lock but does not listen on ${owner.socket}; end it.`
    : '';
  return `No supervisor of the embedded servers in ${layout.root} could be reached within ${CONNECT_WITHIN / 1000} s. ${who}`;
}
