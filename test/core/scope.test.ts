import { describe, expect, test } from 'vitest';
import type { Need, Scope } from '../../src/core/scope.ts';
import { allows, checkScopes, isScope, readable } from '../../src/core/scope.ts';

describe('a scope allows what it names and nothing else', () => {
  test.each<[Scope[], Need, string | undefined, boolean]>([
    [[], 'read', undefined, false],
    [['invoke:email.*'], 'invoke', 'email.send', true],
    [['invoke:email.*'], 'invoke', 'email.to.all', true],
    [['invoke:email.*'], 'invoke', 'email', false],
    [['invoke:email.*'], 'invoke', 'emails.send', false],
    [['invoke:email.*'], 'read', 'email.send', false],
    [['invoke:email.*'], 'invoke', undefined, true],
    [['invoke:email.send'], 'invoke', 'email.send', true],
    [['invoke:email.send'], 'invoke', 'email.sending', false],
    [['invoke:email.send'], 'invoke', 'email.send.now', false],
    [['invoke:*'], 'invoke', 'anything', true],
    [['invoke:*'], 'operate', 'anything', false],
    [['invoke:*'], 'admin', undefined, false],
    [['read:*'], 'operate', 'anything', false],
    [['operate'], 'operate', 'anything', true],
    [['operate'], 'read', 'anything', true],
    [['operate'], 'invoke', 'anything', false],
    [['operate'], 'admin', undefined, false],
    [['admin'], 'invoke', 'anything', true],
    [['admin'], 'admin', undefined, true],
    [['read:a', 'invoke:b'], 'invoke', 'a', false],
  ])('%j for %s %s: %s', (scopes, need, name, allowed) => {
    expect(allows(scopes, need, name)).toBe(allowed);
  });
});

test.each(['invoke:*', 'read:*', 'invoke:email.*', 'read:a-b_c.d', 'operate', 'admin'])(
  '%s is a scope',
  (scope) => expect(isScope(scope)).toBe(true),
);

test.each([
  ...['', '*', 'invoke', 'invoke:', 'invoke:*.send', 'invoke:em*', 'invoke:Email', 'invoke:.*', 'read:**'],
  ...['write:*', 'operate:*', 'ADMIN', 'admin ', 'invoke:a:b', 'invoke:a\n', 'invoke:a b', 7, null],
])('%j is none', (scope) => expect(isScope(scope)).toBe(false));

test('scopes that are none are refused by name, none at all too, and those of a program are the default', () => {
  expect(() => checkScopes(['read:*', 'root'])).toThrow(/"root"/);
  expect(() => checkScopes([])).toThrow(/got none/);
  expect(checkScopes(undefined)).toEqual(['invoke:*', 'read:*']);
  expect(checkScopes(['read:*', 'read:*'])).toEqual(['read:*']);
});

test('what may be read is the patterns of read, or everything for who operates', () => {
  expect(readable(['invoke:*', 'read:b.*', 'read:a'])).toEqual(['a', 'b.*']);
  expect(readable(['read:a', 'read:*'])).toEqual(['*']);
  expect(readable(['operate'])).toEqual(['*']);
  expect(readable(['invoke:*'])).toEqual([]);
});
