import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MUTANTS } from './mutants.ts';
import { mutate } from './mutate.ts';
import { DEFAULTS } from './options.ts';
import { REPOSITORY } from './parts/project.ts';
import { report } from './report.ts';
import { runChaos } from './run.ts';

/** Two slots of faults at the most: a run ends as soon as the checker has found what it is to find. */
const MINUTES = 0.25;
/** A machine that is busy with other things may need a second go. */
const SEEDS = [1, 2];
const FOCUSED = { ...DEFAULTS, minutes: MINUTES, calmMs: 3_000, demandsCoverage: false };
const LIMIT_MS = 150_000;

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  'the checker finds a build with one safety removed: %s',
  async (_name, mutant) => {
    const folder = mkdtempSync(join(tmpdir(), 'do-mutant-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const packageRoot = await mutate(mutant, REPOSITORY, join(folder, 'package'));
    const found = new Set<string>();
    const isFound = () => mutant.foundBy.some((invariant) => found.has(invariant));
    let told = '';
    for (const seed of SEEDS) {
      const options = { ...FOCUSED, ...mutant.focus, seed, packageRoot, endsAt: mutant.foundBy };
      const result = await runChaos(options, () => undefined, AbortSignal.timeout(LIMIT_MS));
      if (result.folder) rmSync(result.folder, { recursive: true, force: true });
      result.violations.forEach(({ invariant }) => found.add(invariant));
      told = report(result);
      if (isFound()) break;
    }
    expect(isFound(), told).toBe(true);
  },
  SEEDS.length * (LIMIT_MS + 30_000),
);
