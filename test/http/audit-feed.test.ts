import { expect, test } from 'vitest';
import type { AuditEntry } from '../../src/core/invocation.ts';
import { AuditFeed } from '../../src/http/routes/audit-feed.ts';

const audit = (...types: string[]): AuditEntry[] =>
  types.map((type, at) => ({ seq: at + 1, at: '2026-01-01T00:00:00.000Z', type }));

const seqs = (sent: { entry: AuditEntry }[]): string[] =>
  sent.map(({ entry }) => `${entry.seq} ${entry.type}`);

test('each entry is sent once', () => {
  const feed = new AuditFeed();
  expect(seqs(feed.next(audit('a', 'b')))).toEqual(['1 a', '2 b']);
  expect(seqs(feed.next(audit('a', 'b')))).toEqual([]);
  expect(seqs(feed.next(audit('a', 'b', 'c')))).toEqual(['3 c']);
});

test('from an entry that is put on record late, those after it are sent again under their new numbers', () => {
  const feed = new AuditFeed();
  feed.next(audit('a', 'c'));
  expect(seqs(feed.next(audit('a', 'b', 'c', 'd')))).toEqual(['2 b', '3 c', '4 d']);
});

test('a receiver goes on after the last id that it has', () => {
  const [, second] = new AuditFeed().next(audit('a', 'b'));
  const feed = new AuditFeed();
  feed.resume(second!.id, audit('a', 'b', 'c'));
  expect(seqs(feed.next(audit('a', 'b', 'c')))).toEqual(['3 c']);
});

test('a receiver that was away when an earlier entry came is sent everything anew', () => {
  const [, second] = new AuditFeed().next(audit('a', 'c'));
  const feed = new AuditFeed();
  feed.resume(second!.id, audit('a', 'b', 'c'));
  expect(seqs(feed.next(audit('a', 'b', 'c')))).toEqual(['1 a', '2 b', '3 c']);
});

test('a bare number is taken at its word, and what is no id, or beyond the end, for none', () => {
  const after = (lastId: string): string[] => {
    const feed = new AuditFeed();
    feed.resume(lastId, audit('a', 'b'));
    return seqs(feed.next(audit('a', 'b')));
  };
  expect(after('1')).toEqual(['2 b']);
  for (const lastId of ['', '0', 'x', '-1', '3', '1-zzzzzzzz', '1-00000000', '99999999999'])
    expect(after(lastId)).toEqual(['1 a', '2 b']);
});
