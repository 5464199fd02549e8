import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Layout } from './layout.ts';
import { logTail, openLog, rotateLog } from './log-file.ts';
import type { TemporalPorts } from './ports.ts';
import { identityOf, type ProcessIdentity } from './process-identity.ts';
import { isServing, NAMESPACE } from './temporal-api.ts';

const READY_WITHIN = 30_000;
const STOP_WITHIN = 2_000;

export interface TemporalServer {
  /** Resolves when it serves clients; rejects when it ended before, or took too long. */
  ready: Promise<void>;
  /** Resolves when the process has ended, for whatever reason, with a description of how. */
  ended: Promise<string>;
  identity: ProcessIdentity | undefined;
  stop(): Promise<void>;
}

export function startTemporal(binary: string, layout: Layout, ports: TemporalPorts): TemporalServer {
  rotateLog(layout.temporalLog);
  const log = openLog(layout.temporalLog);
  const child = spawn(binary, serverArguments(layout, ports), {
    // A group of its own: a wrapper script found on PATH is signalled together with the server it runs.
    detached: true,
    cwd: layout.root,
    // A file and not a pipe: the server must outlive a supervisor that is killed, until the next one ends it in order.
    stdio: ['ignore', log, log],
    env: serverEnvironment(),
    windowsHide: true,
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  const ready = untilServing(ports, ended, layout);
  // Whoever stops a server before it was ready no longer listens to this.
  ready.catch(() => undefined);
  return {
    ready,
    ended,
    identity: child.pid === undefined ? undefined : identityOf(child.pid),
    stop: () => stop(child, ended),
  };
}

function serverArguments(layout: Layout, ports: TemporalPorts): string[] {
  const pragmas = ['journal_mode=WAL', 'synchronous=FULL'].flatMap((pragma) => ['--sqlite-pragma', pragma]);
  // The default of 20 polls a second makes every dispatch wait for up to 50 ms.
  const polls = ['transfer', 'timer'].flatMap((queue) => [
    '--dynamic-config-value',
    `history.${queue}ProcessorMaxPollRPS=1000`,
  ]);
  const flags = {
    port: ports.grpc,
    'ui-port': ports.ui,
    'http-port': ports.http,
    'metrics-port': ports.metrics,
  };
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn', '--db-filename', layout.database],
    ...Object.entries(flags).flatMap(([flag, port]) => [`--${flag}`, String(port)]),
    ...pragmas,
    ...polls,
    // By default a timer fires up to a second late; retries and deadlines are timers.
    ...['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="10ms"'],
  ];
}

// TEMPORAL_* of the user's shell speak of some other server (address, profile, keys), not of this one.
function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return { GOGC: '400', ...Object.fromEntries(kept) };
}

async function untilServing(ports: TemporalPorts, ended: Promise<string>, layout: Layout): Promise<void> {
  let how: string | undefined;
  void ended.then((reason) => (how = reason));
  const deadline = performance.now() + READY_WITHIN;
  while (how === undefined && performance.now() < deadline) {
    if (await isServing(ports)) return;
    await delay(10);
  }
  how ??= `no answer on port ${ports.grpc} within ${READY_WITHIN / 1000} s`;
  throw new Error(`The Temporal server did not start: ${how}. ${lastLines(layout)}`);
}

export function lastLines(layout: Layout): string {
  return `Last lines of ${layout.temporalLog}:\n${logTail(layout.temporalLog) || '(empty)'}`;
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  signalGroup(child, 'SIGTERM');
  const done = await Promise.race([ended, delay(STOP_WITHIN, undefined, { ref: false })]);
  if (done === undefined) signalGroup(child, 'SIGKILL');
  await ended;
}

// Safe while the child was not reaped by us: until then its pid, and so its group's number, cannot be given away.
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export const temporalEndpoints = (ports: TemporalPorts) => ({
  address: `127.0.0.1:${ports.grpc}`,
  namespace: NAMESPACE,
  ui: `http://127.0.0.1:${ports.ui}`,
});
