import { expect, it } from 'vitest';
import { retryAfterOf } from '../../../src/actions/http/retry-after.ts';

const NOW = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');

it.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['99999999999999999999', 3_600_000],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
  ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
  ['Fri, 21 Oct 2226 07:28:00 GMT', 3_600_000],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
  ['Wed, 99 Oct 2026 07:28:30 GMT', undefined],
  ['2026-10-21T07:28:30Z', undefined],
])('Retry-After: %s is a wait of %s ms', (header, ms) => {
  expect(retryAfterOf(header, NOW)).toBe(ms);
});
