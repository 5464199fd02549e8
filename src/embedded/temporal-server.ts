import { setTimeout as delay } from 'node:timers/promises';
import type { KeptServer } from './keeper.ts';
import type { Layout } from './layout.ts';
import { logTail, rotateLog } from './log-file.ts';
import type { TemporalPorts } from './ports.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { spawnServer, type StopSteps } from './server-process.ts';
import { isServing, NAMESPACE } from './temporal-api.ts';

const READY_WITHIN = 30_000;
const STOP_STEPS: StopSteps = [
  ['SIGTERM', 2_000],
  ['SIGKILL', 0],
];

export interface TemporalServer extends KeptServer {
  identity: ProcessIdentity | undefined;
}

export function startTemporal(binary: string, layout: Layout, ports: TemporalPorts): TemporalServer {
  rotateLog(layout.temporalLog);
  const { identity, ended, stop } = spawnServer({
    command: binary,
    args: serverArguments(layout, ports),
    cwd: layout.root,
    env: serverEnvironment(),
    log: layout.temporalLog,
    stopSteps: STOP_STEPS,
  });
  const ready = untilServing(ports, ended, layout);
  // Whoever stops a server before it was ready no longer listens to this.
  ready.catch(() => undefined);
  return { ready, ended, identity, stop };
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
    // In four partitions, as by default, a rate is kept by quarters and what waits is not in order of priority.
    ...['Read', 'Write'].flatMap((side) => [
      '--dynamic-config-value',
      `matching.numTaskqueue${side}Partitions=1`,
    ]),
    // Else one key of a rate limit that has used up its share would hold up the others.
    ...['--dynamic-config-value', 'matching.autoEnableV2=true'],
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

export const temporalEndpoints = (ports: TemporalPorts) => ({
  address: `127.0.0.1:${ports.grpc}`,
  namespace: NAMESPACE,
  ui: `http://127.0.0.1:${ports.ui}`,
});
