import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MISSED } from './examples.ts';
import { MUTATIONS } from './mutations.ts';
import { plans } from './plan.ts';
import { play } from './story.ts';

/** The hardest to find takes about 200 plans. */
const MOST_PLANS = 20_000;

describe.each(MUTATIONS)('that %s', (mutation) => {
  test('is found out by random plans', async () => {
    const property = fc.asyncProperty(
      plans,
      async (plan) => (await play(plan, mutation)).violations.size === 0,
    );
    const { failed } = await fc.check(property, { numRuns: MOST_PLANS, endOnFailure: true });
    expect(failed).toBe(true);
  });

  test('shows in the shortest story of it', async () => {
    const { violations } = await play(MISSED[mutation], mutation);
    expect(violations.size).toBeGreaterThan(0);
  });
});
