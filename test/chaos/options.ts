import { parseArgs } from 'node:util';
import type { Workload } from './client/operations.ts';
import { MIXED } from './client/operations.ts';
import type { NemesisName } from './nemeses/index.ts';
import { NEMESIS_NAMES } from './nemeses/index.ts';
import type { Rates } from './parts/programs.ts';
import { REPOSITORY } from './parts/project.ts';

export interface ChaosOptions {
  seed: number;
  minutes: number;
  /** The build under test: a folder with package.json and dist/. */
  packageRoot: string;
  nemeses: readonly NemesisName[];
  workload: Workload;
  failpoints: Rates;
  clients: number;
  /** How long nothing may run any more before the run counts as drained. */
  calmMs: number;
  /** Leaves the logs and records also when nothing was found. */
  keep: boolean;
  /** Violations that are all a run is to show: with the first of them it is over. */
  endsAt: readonly string[];
  /** A run that is about one thing need not have met everything else. */
  demandsCoverage: boolean;
}

/** Rare places are made to fail more often, so that each of them does in a short run. */
const FAILPOINTS: Rates = {
  'tx.begun': { kill: 0.03, delay: 0.06 },
  'tx.claimed': { kill: 0.03, delay: 0.06 },
  'tx.beforeCommit': { kill: 0.05, delay: 0.1 },
  'tx.afterCommit': { kill: 0.05, delay: 0.1 },
  'attempt.beforeReport': { kill: 0.04, delay: 0.08 },
  'seal.before': { kill: 0.12, delay: 0.25 },
  'seal.done': { kill: 0.12, delay: 0.25 },
  'reconcile.before': { kill: 0.12, delay: 0.25 },
  '*': { kill: 0.12, delay: 0.25 },
};

export const DEFAULTS: Omit<ChaosOptions, 'seed'> = {
  minutes: 3,
  packageRoot: REPOSITORY,
  nemeses: NEMESIS_NAMES,
  workload: MIXED,
  failpoints: FAILPOINTS,
  clients: 14,
  calmMs: 8_000,
  keep: false,
  endsAt: [],
  demandsCoverage: true,
};

const USAGE = `Usage: npm run chaos -- [--seed N] [--minutes M] [--package DIR] [--nemesis a,b] [--keep]
Nemeses: ${NEMESIS_NAMES.join(', ')}`;

export function readOptions(args: string[]): ChaosOptions {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      package: { type: 'string' },
      nemesis: { type: 'string' },
      keep: { type: 'boolean' },
    },
  });
  const nemeses = (values.nemesis?.split(',') ?? NEMESIS_NAMES) as NemesisName[];
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const minutes = Number(values.minutes ?? DEFAULTS.minutes);
  const isUsable =
    Number.isInteger(seed) && minutes > 0 && nemeses.every((name) => NEMESIS_NAMES.includes(name));
  if (!isUsable) throw new Error(USAGE);
  return {
    ...DEFAULTS,
    seed,
    minutes,
    nemeses,
    packageRoot: values.package ?? DEFAULTS.packageRoot,
    keep: values.keep ?? false,
    demandsCoverage: values.nemesis === undefined,
  };
}
