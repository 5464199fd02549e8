import { expect, it } from 'vitest';
import { messageIdOf } from '../../../src/actions/email/message-id.ts';

/** A msg-id of RFC 5322: a dot-atom before the @. */
const MSG_ID = /^<[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@example\.com>$/;

const keys = [
  'email.send/0193c1a2-7d1e',
  'email.send%2F0193c1a2-7d1e',
  'a',
  '.a',
  'a.',
  'a..b',
  'a.%2Eb',
  '.',
  '..',
  '...',
  'a b',
  'a+b',
  'a<b>@c',
  'a\r\nBcc: x',
  'step[0](1)/é\u0000',
  '"q"',
];

it.each(keys)('makes a valid Message-ID of %j, the same every time', (key) => {
  expect(messageIdOf(key, 'example.com')).toMatch(MSG_ID);
  expect(messageIdOf(key, 'example.com')).toBe(messageIdOf(key, 'example.com'));
});

const long = ['x'.repeat(500), `${'x'.repeat(499)}y`];

it('keeps the Message-ID of a long key short', () => {
  for (const key of long) expect(messageIdOf(key, 'example.com')).toMatch(MSG_ID);
  expect(messageIdOf(long[0]!, 'example.com').length).toBeLessThan(100);
});

it('gives no two keys the same Message-ID', () => {
  expect(new Set([...keys, ...long].map((key) => messageIdOf(key, 'example.com'))).size).toBe(
    keys.length + long.length,
  );
});

it('keeps a plain key readable', () => {
  expect(messageIdOf('email.send/0193-uuid', 'example.com')).toBe('<email.send/0193-uuid@example.com>');
});
