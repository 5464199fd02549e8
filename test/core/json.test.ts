import { describe, expect, test } from 'vitest';
import { JSON_BYTES_LIMIT, JsonError, toJson } from '../../src/core/json.ts';

const nested = (levels: number): unknown => {
  let value: unknown = 'core';
  for (let level = 0; level < levels; level++) value = { in: value };
  return value;
};

const proxy = (handler: ProxyHandler<object>) => new Proxy({ a: 1 }, handler);
const refuse = (): never => {
  throw new Error('no');
};

const withGetter = (get: () => unknown): object => Object.defineProperty({}, 'a', { enumerable: true, get });
/** Thrown is what cannot even be made a string. */
const refuseUnspeakably = (): never => {
  throw Object.setPrototypeOf(new Error('no'), null) as Error;
};

class Money {
  readonly amount = 5;
  readonly unit?: string = undefined;
  get doubled() {
    return this.amount * 2;
  }
}

describe('the JSON value of', () => {
  test.each<[string, unknown, unknown]>([
    ['nothing', undefined, null],
    ['null', null, null],
    ['false', false, false],
    ['text', 'größer', 'größer'],
    ['NaN', NaN, null],
    ['an infinite number', { a: -Infinity }, { a: null }],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', [new Date(NaN)], [null]],
    ['undefined properties', { a: undefined, b: 1 }, { b: 1 }],
    ['undefined items', [undefined, 1], [null, 1]],
    ['a sparse array', Object.assign([], { 2: 'c' }), [null, null, 'c']],
    ['a class instance', new Money(), { amount: 5 }],
    ['an object without prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ['symbol keys', { [Symbol('a')]: 1, b: 2 }, { b: 2 }],
    ['boxed primitives', [Object('a'), Object(1), Object(false), Object(NaN)], ['a', 1, false, null]],
    ['a toJSON', { toJSON: () => ({ a: new Date(0) }) }, { a: '1970-01-01T00:00:00.000Z' }],
    ['a toJSON that gives nothing', { toJSON: () => undefined }, null],
    ['a toJSON that is no function', { toJSON: 'data' }, { toJSON: 'data' }],
    ['a URL', { at: new URL('http://a/') }, { at: 'http://a/' }],
    ['bytes in a Buffer', Buffer.from('a'), { type: 'Buffer', data: [97] }],
    ['an Error', new Error('lost'), {}],
    ['a lone surrogate', '\ud800', '\ud800'],
  ])('%s', (_, value, plain) => {
    expect(toJson(value)).toEqual(plain);
    expect(JSON.stringify(toJson(value))).toBe(JSON.stringify(plain));
  });

  test('an object that is referred to twice holds it twice', () => {
    const shared = { a: [1] };
    const plain = toJson({ one: shared, two: shared, list: [shared, shared] }) as { one: unknown };
    expect(plain).toEqual({ one: shared, two: shared, list: [shared, shared] });
    expect(plain.one).not.toBe(shared);
  });

  test('an input is a copy, so that a later change is not on record', () => {
    const value = { list: [1] };
    const plain = toJson(value);
    value.list.push(2);
    expect(plain).toEqual({ list: [1] });
  });

  test('a `__proto__` key is data and pollutes nothing', () => {
    const value: unknown = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    const plain = toJson(value) as object;
    expect(Object.keys(plain)).toEqual(['__proto__', 'constructor']);
    expect(JSON.stringify(plain)).toBe(JSON.stringify(value));
    expect(Object.getPrototypeOf(plain)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('JSON cannot hold', () => {
  const cycle: { list: unknown[] } = { list: [] };
  cycle.list.push({ back: cycle });

  test.each<[string, unknown, RegExp]>([
    ['a function', { on: { click: () => 1 } }, /has a function at `on\.click`/],
    ['a symbol', [Symbol('s')], /has a symbol at `\[0\]`/],
    ['a BigInt', { list: [{ id: 1n }] }, /has a bigint at `list\[0\]\.id`/],
    ['a boxed BigInt', { id: Object(1n) as unknown }, /has a bigint at `id`/],
    ['a Map', { map: new Map([[1, 2]]) }, /has a Map at `map`, whose entries JSON would lose/],
    ['a Set', new Set([1]), /has a Set at its top level/],
    ['a cycle', cycle, /refers to itself at `list\[0\]\.back`/],
    ['a cycle through toJSON', { a: { toJSON: () => cycle } }, /refers to itself/],
    ['a getter that throws', withGetter(refuse), /at `a` that throws when read: Error: no/],
    ['a toJSON that throws', { at: { toJSON: refuse } }, /has a toJSON\(\) at `at` that throws: Error: no/],
    ['a Proxy that throws when read', { a: proxy({ get: refuse }) }, /at `a` that throws when read/],
    ['a Proxy that hides its keys', { a: proxy({ ownKeys: refuse }) }, /throws when it is read/],
    ['a Proxy without prototype', proxy({ getPrototypeOf: refuse }), /throws when it is read/],
    ['a getter that throws the unspeakable', withGetter(refuseUnspeakably), /throws/],
  ])('%s', (_, value, message) => {
    expect(() => toJson(value)).toThrow(message);
    expect(() => toJson(value)).toThrow(JsonError);
  });

  test('a revoked Proxy', () => {
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(() => toJson({ a: revoked })).toThrow(JsonError);
  });
});

describe('as to depth', () => {
  test('64 levels are held and 65 are not', () => {
    expect(toJson(nested(64))).toEqual(nested(64));
    expect(() => toJson(nested(65))).toThrow('is nested deeper than 64 levels');
  });

  test.each([
    ['objects', nested(20_000)],
    ['arrays', JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)) as unknown],
  ])('%s thousands of levels deep are refused without a stack overflow', (_, value) => {
    expect(() => toJson(value)).toThrow(JsonError);
  });

  test('a toJSON that goes on for ever is refused', () => {
    const endless = { toJSON: (): unknown => ({ more: { ...endless } }) };
    expect(() => toJson(endless)).toThrow('is nested deeper than 64 levels');
  });
});

describe('as to size', () => {
  const TOO_LARGE = 'is larger than 1 MiB as JSON; store it elsewhere and pass a reference';

  test.each([
    ['text', (bytes: number) => 'a'.repeat(bytes - 2)],
    ['multi-byte text', (bytes: number) => 'ü'.repeat((bytes - 2) / 2)],
    ['an array', (bytes: number) => Array.from({ length: bytes / 2 - 2 }, () => 1).concat([10])],
    ['escaped text', (bytes: number) => '\n'.repeat((bytes - 2) / 2)],
  ])('%s of exactly 1 MiB is held, and one of a little more is not', (_, make) => {
    const largest = make(JSON_BYTES_LIMIT);
    expect(Buffer.byteLength(JSON.stringify(largest))).toBe(JSON_BYTES_LIMIT);
    expect(toJson(largest)).toEqual(largest);
    expect(() => toJson(make(JSON_BYTES_LIMIT + 2))).toThrow(TOO_LARGE);
  });

  test('what many share counts as often as it is written', () => {
    const text = 'a'.repeat(1_000_000);
    expect(() => toJson(Array.from({ length: 1_000 }, () => text))).toThrow(TOO_LARGE);
  });

  test('a small object that unfolds to 2^60 items is refused and not unfolded', () => {
    let value: unknown = 1;
    for (let level = 0; level < 60; level++) value = [value, value];
    expect(() => toJson(value)).toThrow(TOO_LARGE);
  });

  test('an array of billions of holes is refused and not walked', () => {
    expect(() => toJson(Object.assign([], { length: 4_294_967_295 }))).toThrow(TOO_LARGE);
  });
});
