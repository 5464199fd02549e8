import { expect, test } from 'vitest';
import { toMs } from '../../src/core/duration.ts';

test.each([
  [1, 1],
  [1.2, 2],
  ['1ms', 1],
  ['500ms', 500],
  ['1s', 1_000],
  ['1.5s', 1_500],
  ['30 s', 30_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['36500d', 3_153_600_000_000],
  ['1 second', 1_000],
  ['2 minutes', 120_000],
  ['1 hour', 3_600_000],
  ['14 days', 1_209_600_000],
  ['1 week', 604_800_000],
])('%j is %d ms', (duration, ms) => {
  expect(toMs(duration, 'timeout')).toBe(ms);
});

test.each([
  [0, '0'],
  [-5, '-5'],
  [NaN, 'NaN'],
  [Infinity, 'Infinity'],
  ['', '""'],
  ['0s', '"0s"'],
  ['0.5ms', '"0.5ms"'],
  ['10', '"10"'],
  ['1 month', '"1 month"'],
  ['-1s', '"-1s"'],
  ['1s ', '"1s "'],
  ['1s\n', String.raw`"1s\n"`],
  ['1e3s', '"1e3s"'],
  ['36501d', '"36501d"'],
  [undefined, 'undefined'],
  [null, 'null'],
  [10n, '10'],
])('%s is no duration, and the message says so', (duration, shown) => {
  expect(() => toMs(duration as never, 'retry.initialInterval')).toThrow(
    expect.objectContaining({
      code: 'DEFINITION_INVALID',
      message: expect.stringMatching(/`retry\.initialInterval`.*'30s'.*at least 1 ms.*got /s) as string,
    }),
  );
  expect(() => toMs(duration as never, 'timeout')).toThrow(`got ${shown}.`);
});
