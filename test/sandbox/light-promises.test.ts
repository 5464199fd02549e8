import { afterEach, expect, test, vi } from 'vitest';
import { lightenPromises } from '../../src/sandbox/light-promises.ts';

const original = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
afterEach(() => {
  if (original) Object.defineProperty(Error, 'prepareStackTrace', original);
  else Reflect.deleteProperty(Error, 'prepareStackTrace');
  Reflect.deleteProperty(Promise, 'constructor');
});

/** As Temporal's hook asks for what belongs to a promise. */
const ask = (code: string): unknown =>
  (Promise.resolve().constructor.constructor as (code: string) => () => unknown)(code)();

test('a promise gets a trace without lines, and the SDK is told that there is one', () => {
  const prepare = vi.fn();
  Error.prepareStackTrace = prepare;
  lightenPromises();
  const Traceless = ask('return globalThis.Error') as ErrorConstructor;
  expect(new Traceless().stack).toBe('');
  expect(prepare).toHaveBeenCalledExactlyOnceWith(expect.anything(), []);
});

test('what is asked for a promise beside its trace is answered as before', () => {
  Error.prepareStackTrace = vi.fn();
  lightenPromises();
  expect(ask('return globalThis.__TEMPORAL_ACTIVATOR__')).toBeUndefined();
  expect(ask('return 6 * 7')).toBe(42);
  expect(globalThis.Error).toBe(Error);
});

test('nothing is changed where Temporal takes no traces', () => {
  Error.prepareStackTrace = undefined as never;
  lightenPromises();
  expect(Object.hasOwn(Promise, 'constructor')).toBe(false);
});
