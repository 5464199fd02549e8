import { join } from 'node:path';
import { acquireTemporal } from '../../../src/embedded/temporal-binary.ts';
import { isServing } from '../../../src/embedded/temporal-api.ts';
import type { Guard } from './guard.ts';
import { launch } from './launch.ts';
import type { Life } from './part.ts';

export interface TemporalPorts {
  temporal: number;
  temporalHttp: number;
  temporalMetrics: number;
}

const SETTINGS = [
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxTimeShift="10ms"',
];

/** The server as the package embeds it, on a file, so that it has everything again after a kill. */
export async function temporalLauncher(
  guard: Guard,
  root: string,
  ports: TemporalPorts,
): Promise<() => Life> {
  const command = await acquireTemporal(() => undefined, new AbortController().signal);
  const flags = {
    ip: '127.0.0.1',
    port: ports.temporal,
    'http-port': ports.temporalHttp,
    'metrics-port': ports.temporalMetrics,
    'log-level': 'error',
    'db-filename': join(root, 'temporal.db'),
  };
  const args = [
    ...['server', 'start-dev', '--headless'],
    ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]),
    ...['journal_mode=WAL', 'synchronous=FULL'].flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...SETTINGS.flatMap((setting) => ['--dynamic-config-value', setting]),
  ];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')),
  );
  return () =>
    launch(guard, {
      command,
      args,
      env: { GOGC: '400', ...env },
      cwd: root,
      log: join(root, 'logs', 'temporal.log'),
      isReady: () => isServing({ grpc: ports.temporal, http: ports.temporalHttp }),
    });
}
