import { expect, test } from 'vitest';
import { toTiming } from '../../src/core/timing.ts';

test('delay and deadline are given in milliseconds, each alone or both', () => {
  expect(toTiming({})).toEqual({});
  expect(toTiming({ delay: '10m' })).toEqual({ delayMs: 600_000 });
  expect(toTiming({ delay: '1s', deadline: '2s' })).toEqual({ delayMs: 1_000, deadlineMs: 2_000 });
});

test('a delay of 0 is none, for whoever computes it from a time', () => {
  expect(toTiming({ delay: 0, deadline: 1 })).toEqual({ deadlineMs: 1 });
});

test.each([
  [{ delay: -1 }, '`delay`'],
  [{ delay: 'soon' }, '`delay`'],
  [{ deadline: 0 }, '`deadline`'],
  [{ delay: '1m', deadline: '1m' }, '`deadline` to be longer than `delay`'],
])('%j is refused and told why', (timing, why) => {
  expect(() => toTiming(timing)).toThrow(
    expect.objectContaining({
      code: 'DEFINITION_INVALID',
      message: expect.stringContaining(why) as string,
    }),
  );
});
