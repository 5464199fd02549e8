import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MISSED, STORIES } from './examples.ts';
import { plans } from './plan.ts';
import { SCENES } from './scenes.ts';
import { play } from './story.ts';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 3_000);
/** A scene that is rarer than this is not tested. */
const OFTEN = 1 / 1_000;

test(
  'whatever crashes, hangs on or is repeated: it happened once and whole, or nothing of it is left',
  { timeout: 60_000 + 10 * RUNS },
  async () => {
    const counts = new Map<string, number>();
    const property = fc.asyncProperty(plans, async (plan) => {
      const { violations, seen } = await play(plan);
      for (const scene of seen) counts.set(scene, (counts.get(scene) ?? 0) + 1);
      expect([...violations]).toEqual([]);
    });
    await fc.assert(property, { numRuns: RUNS });
    if (process.env['MODEL_RUNS']) console.log(counts);
    for (const scene of SCENES) expect(counts.get(scene), scene).toBeGreaterThan(OFTEN * RUNS);
  },
);

test.each(Object.entries(STORIES))('it ends well when %s', async (_, plan) => {
  const { violations } = await play(plan);
  expect([...violations]).toEqual([]);
});

test.each(Object.entries(MISSED))('nothing goes wrong where it would if %s', async (_, plan) => {
  const { violations } = await play(plan);
  expect([...violations]).toEqual([]);
});
