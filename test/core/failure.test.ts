import { describe, expect, test } from 'vitest';
import { ActionError } from '../../src/core/action-error.ts';
import { toFailure } from '../../src/core/failure.ts';

const refuse = (): never => {
  throw new Error('no');
};
const proxy = (handler: ProxyHandler<object>) => new Proxy({}, handler);
const withGetter = (get: () => unknown): object =>
  Object.defineProperty({}, 'message', { enumerable: true, get });
const UNDESCRIBED = 'The handler threw a value that cannot be described.';
const thrownWith = (fields: object) => Object.assign(new Error('it failed'), fields);

describe('a thrown', () => {
  test.each<[string, unknown, string, string]>([
    ['string', 'plain', 'Error', 'plain'],
    ['empty string', '', 'Error', ''],
    ['number', 42, 'Error', '42'],
    ['null', null, 'Error', 'null'],
    ['undefined', undefined, 'Error', 'undefined'],
    ['symbol', Symbol('s'), 'Error', 'Symbol(s)'],
    ['BigInt', 7n, 'Error', '7'],
    ['object', { status: 503 }, 'Error', '{"status":503}'],
    ['object with type and message', { type: 'Declined', message: 'no funds' }, 'Declined', 'no funds'],
    ['array', [1, 2], 'Error', '[1,2]'],
    ['Error', new TypeError('bad'), 'TypeError', 'bad'],
    ['Error without message', new RangeError(), 'RangeError', ''],
    ['Error with code', thrownWith({ code: 'ECONNRESET' }), 'ECONNRESET', 'it failed'],
    ['Error with type and code', thrownWith({ type: 'T', code: 'C' }), 'T', 'it failed'],
    ['Error with a number as code', thrownWith({ code: 550, type: '' }), 'Error', 'it failed'],
    ['ActionError', new ActionError('late', { type: 'Throttled' }), 'Throttled', 'late'],
    ['ActionError without type', new ActionError('late'), 'ActionError', 'late'],
    ['getter that throws', withGetter(refuse), 'Error', UNDESCRIBED],
    ['Proxy that throws', proxy({ get: refuse, ownKeys: refuse }), 'Error', UNDESCRIBED],
  ])('%s is on record with a type and a message', (_, thrown, type, message) => {
    expect(toFailure(thrown)).toMatchObject({
      code: 'INVOCATION_FAILED',
      type,
      message,
      nonRetryable: false,
    });
  });

  test('function is on record by its text', () => {
    expect(toFailure(refuse).message).toMatch(/throw new Error\(.no.\)/);
  });

  test('object that refers to itself is on record', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    expect(toFailure(cyclic).message).toBe(UNDESCRIBED);
  });

  test('error keeps its stack', () => {
    expect(toFailure(new Error('here')).stack).toMatch(/^Error: here\n\s+at .*failure\.test\.ts/);
  });
});

describe('an error may say', () => {
  test('that it is not to be retried, by exactly true', () => {
    expect(toFailure(new ActionError('x', { nonRetryable: true })).nonRetryable).toBe(true);
    expect(toFailure({ nonRetryable: 'yes' }).nonRetryable).toBe(false);
  });

  test('when to retry', () => {
    expect(toFailure(new ActionError('x', { retryAfter: '2m' })).retryAfterMs).toBe(120_000);
    expect(toFailure(thrownWith({ retryAfterMs: 0 })).retryAfterMs).toBe(0);
  });

  test.each([NaN, Infinity, -1, 1e300, '5', null])('no nonsense about it: %s', (retryAfterMs) => {
    expect(toFailure(thrownWith({ retryAfterMs }))).not.toHaveProperty('retryAfterMs');
  });

  test('that its wait is no duration, where it is made', () => {
    expect(() => new ActionError('x', { retryAfter: 'later' })).toThrow('`retryAfter`');
  });
});

describe('causes', () => {
  test('are kept, also those that are no errors', () => {
    const failure = toFailure(new Error('a', { cause: new ActionError('b', { cause: 'c' }) }));
    expect(failure.cause).toMatchObject({ type: 'ActionError', message: 'b' });
    expect(failure.cause!.cause).toMatchObject({ type: 'Error', message: 'c' });
    expect(failure.cause!.cause).not.toHaveProperty('cause');
  });

  test('that form a cycle end after the fifth', () => {
    const error = new Error('again');
    error.cause = error;
    let depth = 0;
    for (let failure = toFailure(error).cause; failure; failure = failure.cause) depth++;
    expect(depth).toBe(5);
  });
});

describe('what is too long for Temporal', () => {
  test('is cut, and the message says by how much', () => {
    const failure = toFailure(Object.assign(new Error('x'.repeat(3_000_000)), { type: 't'.repeat(1_000) }));
    expect(failure.message).toBe(`${'x'.repeat(4_096)}… (2995904 more characters)`);
    expect(failure.type).toBe(`${'t'.repeat(256)}… (744 more characters)`);
    expect(failure.stack!.length).toBeLessThan(17_000);
  });

  test('is small also when every cause is', () => {
    let error = new Error('x'.repeat(100_000));
    for (let depth = 0; depth < 50; depth++) error = new Error('x'.repeat(100_000), { cause: error });
    expect(JSON.stringify(toFailure(error)).length).toBeLessThan(200_000);
  });

  test.each([
    ['cut in the middle', `${'x'.repeat(4_095)}😀😀`],
    ['thrown', 'broken \ud83d here'],
  ])('half of a surrogate pair that was %s is replaced, since protobuf refuses it', (_, message) => {
    const failure = toFailure(new Error(message));
    expect(failure.message).toContain('\uFFFD');
    expect(Buffer.from(failure.message, 'utf8').toString('utf8')).toBe(failure.message);
    expect(Buffer.from(failure.stack!, 'utf8').toString('utf8')).toBe(failure.stack);
  });

  test('a whole pair stays as it is', () => {
    expect(toFailure(new Error('😀')).message).toBe('😀');
  });
});
