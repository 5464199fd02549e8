import { describe, expect, test, vi } from 'vitest';
import { maskOf, REDACTED } from '../../src/core/secret-mask.ts';

const mask = maskOf(['s3cr3t/+', 'smtp://ada:pa%24%24word@mail:25']);

describe('a mask', () => {
  test('hides every secret in a text, and what holds another one as a whole', () => {
    expect(mask('a s3cr3t/+ b s3cr3t/+')).toBe(`a ${REDACTED} b ${REDACTED}`);
    expect(maskOf(['key', 'keyhole'])('keyhole key')).toBe(`${REDACTED} ${REDACTED}`);
  });

  test.each([
    ['in a URL', encodeURIComponent('s3cr3t/+')],
    ['in base64', Buffer.from('s3cr3t/+').toString('base64')],
    ['in base64 of URLs', Buffer.from('s3cr3t/+').toString('base64url')],
    ['by the password in it', 'login of ada with pa$$word refused'],
    ['by the password as it is written in it', 'pa%24%24word'],
  ])('hides a secret %s', (_, text) => {
    expect(mask(text)).toContain(REDACTED);
    expect(mask(text)).not.toContain(text);
  });

  test('hides a long line of a key file', () => {
    const lines = ['-----BEGIN KEY-----', 'MIIEvQIBADANBgkqhkiG9w0B', '-----END KEY-----'];
    expect(maskOf([lines.join('\n')])(`bad line ${lines[1]}`)).toBe(`bad line ${REDACTED}`);
  });

  test('looks into objects, lists, keys, errors, and hides what it cannot copy', () => {
    const value = { list: ['s3cr3t/+', 1, null], 's3cr3t/+': true, url: new URL('http://x/?s3cr3t/+') };
    expect(mask(value)).toEqual({ list: [REDACTED, 1, null], [REDACTED]: true, url: REDACTED });
    expect(mask({ error: new Error('s3cr3t/+') }).error).toMatch(/^Error: \[redacted\]\n/);
  });

  test('needs nothing that the sandbox of workflows lacks', () => {
    vi.stubGlobal('btoa', undefined);
    try {
      expect(maskOf(['s3cr3t/+'])('czNjcjN0Lys=')).toBe(REDACTED);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('hides secrets of any length, and where there are more than can be looked for every text', () => {
    const long = 'ä-'.repeat(250_000);
    expect(maskOf([long, 'short'])(`a ${long} short`)).toBe(`a ${REDACTED} ${REDACTED}`);
    const since = performance.now();
    const crowd = maskOf(Array.from({ length: 200_000 }, (_, n) => `v${n}`));
    expect(crowd({ said: 'v199999', count: 3 })).toEqual({ [REDACTED]: 3 });
    expect(performance.now() - since).toBeLessThan(1_000);
  });

  test('leaves alone what holds none, and everything where there are none', () => {
    const url = new URL('http://x/');
    expect(mask({ url, at: 1 })).toEqual({ url, at: 1 });
    const value = {};
    expect(maskOf([''])(value)).toBe(value);
  });
});
