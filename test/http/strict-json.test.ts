import { expect, test } from 'vitest';
import { isDoError } from '../../src/core/errors.ts';
import { parseJson } from '../../src/http/strict-json.ts';

const parse = (text: string): unknown => parseJson(Buffer.from(text));

function refusal(bytes: Uint8Array): string {
  try {
    parseJson(bytes);
  } catch (error) {
    if (isDoError(error) && error.code === 'BODY_INVALID') return error.message;
    throw error;
  }
  return 'accepted';
}

test.each([
  'null',
  '0',
  '-12.5e-3',
  '""',
  '[]',
  ' {"a" : [1, {"b": null}], "c": {"a": 1, "b": 1}, "d": [{"x": 1}, {"x": 2}]} ',
  '"\\ud83d\\ude00 \\"\\\\ \\u00e9 😀"',
  '{"":{"":""}}',
  '9007199254740993',
])('any JSON value is accepted as it is: %s', (text) => {
  expect(parse(text)).toEqual(JSON.parse(text));
});

test.each([
  ['a key twice', '{"a":1,"b":{"c":1,"c":2}}', 'the key at "b.c" twice'],
  ['a key twice in another spelling', '[{"a":1,"\\u0061":2}]', 'the key at "[0].a" twice'],
  ['__proto__ twice', '{"__proto__":1,"__proto__":2}', 'the key at "__proto__" twice'],
  ['half a surrogate pair', '{"a":["x","\\ud800"]}', 'half of a surrogate pair at "a[1]"'],
  ['the other half', '"\\udc00\\ud800"', 'half of a surrogate pair at its top level'],
  ['half a pair in a key', '{"\\ud800":1}', 'half of a surrogate pair at "\\ud800"'],
  ['NUL in a string', '{"a":"x\\u0000"}', 'U+0000 at "a"'],
  ['NUL in a key', '{"x\\u0000":1}', 'U+0000 at "x\\u0000"'],
  ['a number beyond a double', '{"n":-1e400}', 'the number at "n" is beyond'],
  ['a byte order mark', '\ufeff{}', 'byte order mark'],
  ['a comma too many', '{"a":1,}', 'not JSON'],
  ['an open string', '{"a', 'not JSON'],
  ['a bad escape', '{"\\x":1}', 'not JSON'],
  ['a bare word', 'hello', 'not JSON'],
  ['NaN', '[NaN]', 'not JSON'],
  ['two values', '1 2', 'not JSON'],
  ['closing too much', ']]]', 'not JSON'],
  ['a control character', '"a\u0001"', 'not JSON'],
  ['white space alone', '  ', 'not JSON'],
])('%s is refused and the place is named', (_case, text, reason) => {
  expect(refusal(Buffer.from(text))).toContain(reason);
});

test.each([
  ['a lone continuation byte', [0x22, 0x80, 0x22]],
  ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ['UTF-16', [0xff, 0xfe, 0x7b, 0x00]],
])('%s is refused as invalid UTF-8', (_case, bytes) => {
  expect(refusal(Buffer.from(bytes))).toContain('not valid UTF-8');
});

test('64 levels are accepted, the 65th is refused', () => {
  expect(refusal(Buffer.from('['.repeat(64) + ']'.repeat(64)))).toBe('accepted');
  expect(refusal(Buffer.from('{"a":'.repeat(65) + '1' + '}'.repeat(65)))).toContain('deeper than 64 levels');
});

test('a text of half a million opening brackets is refused without overflowing the stack', () => {
  expect(refusal(Buffer.from('['.repeat(500_000)))).toContain('deeper than 64 levels');
  expect(refusal(Buffer.from('[{"a":'.repeat(20_000)))).toContain('deeper than 64 levels');
});

test('brackets and quotes inside strings are text', () => {
  const text = JSON.stringify({ a: '['.repeat(100), b: '\\"{', c: '\\' });
  expect(parse(text)).toEqual(JSON.parse(text));
});

test('__proto__ and constructor are data that reach no prototype', () => {
  const value = parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
  expect(Object.getOwnPropertyNames(value)).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test.each([
  ['keys', `{${Array.from({ length: 80_000 }, (_, i) => `"k${i}":1`).join(',')}}`],
  ['escapes', `"${'\\n'.repeat(500_000)}"`],
  ['digits', `[${'1,'.repeat(500_000)}1]`],
  ['one long number', '1'.repeat(1_000_000)],
  ['white space', `${' '.repeat(1_000_000)}1`],
])('a megabyte of %s does not hold up the process', (_case, text) => {
  const startedAt = performance.now();
  refusal(Buffer.from(text));
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
