import { describe, expect, test } from 'vitest';
import type { InvocationQuery } from '../../src/core/query.ts';
import { cursorOf, pageTokenOf } from '../../src/temporal/cursor.ts';

const token = Buffer.from('{"CloseTime":"9999-12-31T23:59:59Z"}');
const query: InvocationQuery = { name: 'email.send', status: 'failed', limit: 10 };
const cursor = cursorOf(token, query);

test('a cursor is URL-safe and gives its page token back, whatever the limit', () => {
  expect(encodeURIComponent(cursor)).toBe(cursor);
  expect(Buffer.from(pageTokenOf({ ...query, limit: 200, cursor }))).toEqual(token);
});

test('a list without a cursor begins at the beginning', () => {
  expect(pageTokenOf(query)).toHaveLength(0);
});

describe('a cursor is refused', () => {
  const since = '2026-01-01T00:00:00.000Z';
  test.each<[string, InvocationQuery]>([
    ['with another name', { ...query, name: 'email.receive', cursor }],
    ['with another status', { ...query, status: 'completed', cursor }],
    ['without the status', { name: 'email.send', limit: 10, cursor }],
    ['with a kind', { ...query, kind: 'action', cursor }],
    ['with a time', { ...query, since, cursor }],
    ['when it is cut', { ...query, cursor: cursor.slice(0, -4) }],
    ['when it is cut to its check', { ...query, cursor: cursor.slice(0, 16) }],
    ['when it is nothing of ours', { ...query, cursor: 'page2' }],
  ])('%s', (_, other) => {
    expect(() => pageTokenOf(other)).toThrow(
      expect.objectContaining({
        code: 'QUERY_INVALID',
        message: expect.stringContaining('`cursor`') as string,
      }),
    );
  });
});
