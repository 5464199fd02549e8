import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Random } from '../random.ts';
import type { Guard } from './guard.ts';
import { accepts, launch } from './launch.ts';
import type { Life } from './part.ts';
import { databaseUrl } from './postgres.ts';
import { TSX } from './tsx.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** How often a named place of the package ends or delays its process; `*` stands for the rest. */
export type Rates = Readonly<Record<string, { kill?: number; delay?: number }>>;

export interface Programs {
  guard: Guard;
  root: string;
  project: string;
  packageRoot: string;
  ports: Readonly<Record<string, number>>;
  seed: number;
  failpoints: Rates;
}

export const API_KEY = 'the-key-of-this-run-and-of-no-other';
export const failpointSwitch = (root: string): string => join(root, 'failpoints.on');
export const failpointLog = (root: string): string => join(root, 'failpoints.jsonl');
export const sinkFile = (root: string, name: 'smtp' | 'holds'): string => join(root, `${name}.jsonl`);

/** As in production: addresses by the environment, nothing embedded. */
function environment({ root, ports }: Programs, name: string): NodeJS.ProcessEnv {
  const ours = /^(TEMPORAL_|DO_|SMTP_|EMAIL_|NODE_ENV$|NODE_OPTIONS$|DATABASE_URL$|VITEST|PORT$)/;
  const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !ours.test(key)));
  return {
    ...clean,
    NODE_ENV: 'production',
    TEMPORAL_ADDRESS: `127.0.0.1:${ports[`${name}-temporal`]}`,
    DO_DATA_DIR: join(root, 'data'),
    DO_API_KEY: API_KEY,
  };
}

export function workerLauncher(programs: Programs, name: string): () => Life {
  const { guard, root, project, packageRoot, ports, seed, failpoints } = programs;
  const seeds = new Random(seed).child(name);
  let lives = 0;
  const logOf = (life: number) => join(root, 'logs', `${name}-${life}.log`);
  return () => {
    const log = logOf(++lives);
    const failpointSettings = {
      seed: seeds.int(0, 2 ** 31),
      rates: failpoints,
      file: failpointLog(root),
      switchedOn: failpointSwitch(root),
    };
    return launch(guard, {
      command: process.execPath,
      args: [
        '--import',
        pathToFileURL(fixture('failpoints.mjs')).href,
        join(packageRoot, 'dist/cli/main.js'),
        'worker',
      ],
      cwd: project,
      log,
      env: {
        ...environment(programs, name),
        DATABASE_URL: databaseUrl(ports[`${name}-postgres`]!),
        SMTP_URL: `smtp://127.0.0.1:${ports[`${name}-smtp`]}`,
        HOLDS_URL: `http://127.0.0.1:${ports[`${name}-holds`]}`,
        CHAOS_PART: name,
        CHAOS_FAILPOINTS: JSON.stringify(failpointSettings),
      },
      isReady: async () => readFileSync(log, 'utf8').includes('Serving '),
    });
  };
}

export function apiLauncher(programs: Programs, name: string): () => Life {
  const { guard, root, project, packageRoot, ports } = programs;
  return () =>
    launch(guard, {
      command: process.execPath,
      args: [join(packageRoot, 'dist/cli/main.js'), 'dev', '--only', 'api'],
      cwd: project,
      log: join(root, 'logs', `${name}.log`),
      env: { ...environment(programs, name), PORT: String(ports[name]) },
      isReady: async () => (await fetch(`http://127.0.0.1:${ports[name]}/healthz`)).status === 200,
    });
}

export function sinkLauncher({ guard, root, ports }: Programs, name: 'smtp' | 'holds'): () => Life {
  const port = ports[name]!;
  const program = fixture(name === 'smtp' ? 'smtp-sink.ts' : 'hold-sink.ts');
  return () =>
    launch(guard, {
      command: process.execPath,
      args: ['--import', TSX, program, String(port), sinkFile(root, name)],
      cwd: root,
      log: join(root, 'logs', `${name}.log`),
      env: process.env,
      isReady: () => accepts(port),
    });
}
