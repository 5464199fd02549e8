import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { configuredKeys, newKey, parseKeys } from '../../src/temporal/encryption-keys.ts';

const bytes = (length: number): string => Buffer.alloc(length, 7).toString('base64');

describe('the keys of DO_ENCRYPTION_KEYS', () => {
  test('are none without the setting', () => {
    expect(configuredKeys({})).toEqual({ current: undefined, byId: new Map() });
  });

  test('are all there, and the first one encrypts', () => {
    const { current, byId } = parseKeys(`${newKey('b')}, ${newKey('a')}`);
    expect([current, [...byId.keys()]]).toEqual(['b', ['b', 'a']]);
  });

  test('encrypt nothing more where `plain` stands first', () => {
    const { current, byId } = parseKeys(`plain,${newKey('a')}`);
    expect([current, byId.size]).toEqual([undefined, 1]);
  });

  test('may be in a file, one a line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'do-keys-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'keys'), `${newKey('a')}\n${newKey('b')}\n`);
    const { byId } = configuredKeys({ DO_ENCRYPTION_KEYS_FILE: join(folder, 'keys') });
    expect([...byId.keys()]).toEqual(['a', 'b']);
  });

  test.each([
    ['is not base64', `a:${bytes(31).slice(0, -2)}!!`, /key "a" is not base64/],
    ['has 31 bytes', `a:${bytes(31)}`, /key "a" has 31 bytes instead of 32/],
    ['has no id', bytes(32), /entry 1 is not `<id>:<base64>`/],
    ['is there twice', `a:${bytes(32)},a:${bytes(32)}`, /key id "a" is there twice/],
  ])('are refused where one %s, and no part of a key is told', (_, text, why) => {
    const read = () => configuredKeys({ DO_ENCRYPTION_KEYS: text });
    expect(read).toThrow(why);
    expect(read).toThrow(/^DO_ENCRYPTION_KEYS cannot be used/);
    expect(read).not.toThrow(/Bwc/);
  });

  test('are refused from two places, and from a file that is not there', () => {
    expect(() => configuredKeys({ DO_ENCRYPTION_KEYS: 'x', DO_ENCRYPTION_KEYS_FILE: 'y' })).toThrow(
      /Set one of the two/,
    );
    expect(() => configuredKeys({ DO_ENCRYPTION_KEYS_FILE: '/nowhere/keys' })).toThrow(
      /DO_ENCRYPTION_KEYS_FILE: the file/,
    );
  });

  test('never print', () => {
    const secret = newKey('a').slice(2);
    expect(inspect(parseKeys(`a:${secret}`), { depth: 9 })).not.toContain(secret.slice(0, 8));
  });
});
