import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, startProcess } from './support.ts';
import type { Running, TestProject } from './support.ts';

const VERSION = '4.32.5';
const CACHE = join(ROOT, 'node_modules/.cache');
const PLACE = join(CACHE, `schemathesis-${VERSION}`);

/** From the Python package index, into a folder of its own: nothing is installed into Python. */
export function installSchemathesis(): void {
  if (existsSync(PLACE)) return;
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'schemathesis-'));
  const args = ['-m', 'pip', 'install', '--quiet', '--target', folder, `schemathesis==${VERSION}`];
  const { status, stderr, error } = spawnSync('python3', args, { encoding: 'utf8', timeout: 240_000 });
  if (status !== 0) throw new Error(`schemathesis cannot be installed: ${error?.message ?? stderr}`);
  // Whoever was faster has the same.
  if (!existsSync(PLACE)) renameSync(folder, PLACE);
}

/** A check that an operation cannot pass, and why. */
export interface Exception {
  operation: string;
  check: string;
  reason: string;
}

export interface Settings {
  url: string;
  key: string;
  exceptions: readonly Exception[];
  /** Parameters that are the same in every request, by their place and name. */
  parameters: Record<string, string | number>;
  /** What the operations on one invocation are tried on. */
  invocation: string;
  args: readonly string[];
}

export function runSchemathesis(project: TestProject, settings: Settings): Running {
  const config = join(project.root, 'schemathesis.toml');
  writeFileSync(config, toToml(settings));
  const args = ['--config-file', config, 'run', `${settings.url}/openapi.json`, ...settings.args];
  return startProcess('python3', ['-m', 'schemathesis.cli', ...args], project, {
    PYTHONPATH: PLACE,
    PYTHONDONTWRITEBYTECODE: '1',
  });
}

function toToml({ key, exceptions, parameters, invocation }: Settings): string {
  return [
    `headers = { Authorization = "Bearer ${key}" }`,
    // 422: an idempotency key that came before with another input.
    '[checks]',
    'positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429]',
    '[parameters]',
    ...Object.entries(parameters).map(
      ([name, value]) => `${JSON.stringify(name)} = ${JSON.stringify(value)}`,
    ),
    '[[operations]]',
    'include-path-regex = "^/v1/invocations/"',
    `parameters = { "path.id" = "${invocation}" }`,
    ...exceptions.flatMap(({ operation, check }) => [
      '[[operations]]',
      `include-name = ${JSON.stringify(operation)}`,
      `checks.${check}.enabled = false`,
    ]),
  ].join('\n');
}
