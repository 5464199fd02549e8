import { describe, expect, test } from 'vitest';
import type { InvocationQuery } from '../../src/core/query.ts';
import { cursorOf, pageTokenOf } from '../../src/temporal/cursor.ts';

const RUN = '0193c1a2-7d1e-7b3a-9c55-1f2e3d4c5b6a';
const TIMES = '"CloseTime":"9999-12-31T23:59:59Z","StartTime":"2026-11-22T13:05:06.123456789Z"';
const token = Buffer.from(`{${TIMES},"RunID":"${RUN}"}`);
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

const forged = (text: string | Buffer): InvocationQuery => ({
  ...query,
  cursor: cursorOf(Buffer.from(text as string), query),
});

test.each<[string, string | Buffer]>([
  ['half of it', '{"CloseTime":'],
  ['bytes', Buffer.of(0, 255)],
  ['a list', '[]'],
  ['a time that is none', `{"CloseTime":"x","StartTime":"x","RunID":"${RUN}"}`],
  ['a month that is none', `{${TIMES.replace('-11-', '-13-')},"RunID":"${RUN}"}`],
  ['a run that is none', `{${TIMES},"RunID":{}}`],
  ['a field twice', `{"CloseTime":7,${TIMES},"RunID":"${RUN}"}`],
  ['a field in another case', '{"closetime":7}'],
  ['a field that is escaped', '{"\\u0043loseTime":7}'],
])('a page token that was made up does not get to Temporal: %s', (_, text) => {
  expect(() => pageTokenOf(forged(text))).toThrow(expect.objectContaining({ code: 'QUERY_INVALID' }));
});

test.each([
  '{"SearchAfter":[9223372036854775807,1790000000000000000,"0193c1a2-7d1e"]}',
  '{"PageToken":"of another store"}',
])('page tokens of other stores are taken: %s', (text) => {
  expect(Buffer.from(pageTokenOf(forged(text))).toString()).toBe(text);
});
