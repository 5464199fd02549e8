import { describe, expect, test } from 'vitest';
import { checkQuery } from '../../src/core/query.ts';

test('a list is of 50 at most unless it says otherwise', () => {
  expect(checkQuery({})).toEqual({ limit: 50 });
  expect(checkQuery({ limit: 200, name: undefined })).toEqual({ limit: 200 });
});

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31t12:00:00.1234+02:00', '2026-01-31T10:00:00.123Z'],
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
])('the time %s is %s, so that one time has one spelling', (since, iso) => {
  expect(checkQuery({ since, until: since })).toEqual({ since: iso, until: iso, limit: 50 });
});

describe('a filter that is none is refused by name', () => {
  test.each<[string, unknown]>([
    ['name', 'Email Send'],
    ['name', ''],
    ['name', 'a" OR WorkflowType = "b'],
    ['kind', 'activity'],
    ['status', 'done'],
    ['status', 'toString'],
    ['status', ['failed']],
    ['since', 'yesterday'],
    ['since', '2026-02-30'],
    ['since', '2026-01-31T12:00:00'],
    ['since', '2026-13-01'],
    ['until', new Date(NaN)],
    ['until', 0],
    ['limit', 0],
    ['limit', 201],
    ['limit', 1.5],
    ['limit', '10'],
    ['limit', NaN],
    ['cursor', ''],
    ['cursor', 'a b'],
    ['stauts', 'failed'],
    ['__proto__x', 1],
  ])('%s: %j', (field, value) => {
    expect(() => checkQuery({ [field]: value })).toThrow(
      expect.objectContaining({
        code: 'QUERY_INVALID',
        message: expect.stringContaining(`\`${field}\``) as string,
      }),
    );
  });
});
