import { describe, expect, test } from 'vitest';
import type { Schedule } from '../../src/core/schedule.ts';
import { resolveSchedule } from '../../src/core/schedule.ts';

const resolve = (schedule: Schedule) => resolveSchedule(schedule, 'action "some.job"');

test('every default is filled in', () => {
  expect(resolve({ every: '2s' })).toEqual({
    everyMs: 2000,
    overlap: 'skip',
    catchupMs: 60_000,
    input: null,
  });
  const given: Schedule = {
    cron: '0 9 * * 1-5',
    timezone: 'Europe/Berlin',
    overlap: 'buffer_one',
    catchup: '1h',
    input: { a: 1 },
  };
  expect(resolve(given)).toEqual({
    cron: ['0 9 * * 1-5'],
    timezone: 'Europe/Berlin',
    overlap: 'buffer_one',
    catchupMs: 3_600_000,
    input: { a: 1 },
  });
  expect(resolve({ cron: ['@daily', '0 12 * * SUN'] })!.cron).toHaveLength(2);
  expect(resolveSchedule(undefined, 'action "some.job"')).toBeUndefined();
});

describe('what cannot be a schedule is refused with its name and what is expected', () => {
  test.each<[string, Schedule, string]>([
    ['neither cron nor every', {}, 'either `cron` or `every`'],
    ['both', { cron: '@daily', every: '1h' }, 'either `cron` or `every`'],
    ['too few fields', { cron: '0 9 * *' }, 'five fields'],
    ['no line at all', { cron: [] }, 'five fields'],
    ['less than a second', { every: '10ms' }, 'at least a second'],
    ['an unknown time zone', { cron: '@daily', timezone: 'Europe/Atlantis' }, 'Europe/Berlin'],
    ['an unknown overlap', { every: '1h', overlap: 'maybe' as never }, 'skip, buffer_one'],
    ['a catchup that Temporal has not', { every: '1h', catchup: '1s' }, 'ten seconds'],
    ['an input that JSON has not', { every: '1h', input: { at: 1n } }, 'schedule of action "some.job"'],
  ])('%s', (_, schedule, expected) => {
    expect(() => resolve(schedule)).toThrow(expected);
  });
});
