import { expect, test } from 'vitest';
import { checkName, isName } from '../../src/core/name.ts';

test.each([
  'a',
  'email.send',
  'create.user',
  'send-welcome-email',
  'send.welcome_email',
  'a.1',
  'a.-',
  'x1_y-z.0',
  'constructor',
  'a'.repeat(128),
])('%s may name an action', (name) => {
  expect(checkName(name)).toBe(name);
});

test.each([
  '',
  ' ',
  'Email.send',
  '1st',
  '_a',
  '-a',
  '.a',
  'a.',
  'a..b',
  'a b',
  'a/b',
  '../x',
  '%2e%2e%2f',
  'a%00',
  'a\0',
  'a\n',
  'еmail.send',
  'émail',
  'a:b',
  '__proto__',
  'a'.repeat(129),
  'a'.repeat(10_000),
])('%j may not', (name) => {
  expect(isName(name)).toBe(false);
  expect(() => checkName(name)).toThrow(
    expect.objectContaining({
      code: 'DEFINITION_INVALID',
      message: expect.stringMatching(/`name`.*create\.user.*at most 128 characters, got "/s) as string,
    }),
  );
});

test.each([undefined, null, 1, {}, ['a'], Symbol('a')])('%s is not even a string', (name) => {
  expect(() => checkName(name)).toThrow(`got ${typeof name}.`);
});

test('the message of a very long name is short', () => {
  expect(() => checkName('A'.repeat(1_000_000))).toThrow(/^.{1,400}$/s);
});
