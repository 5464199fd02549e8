import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Lingering } from '../../src/runtime/lingering.ts';

const LINGER_MS = 300;

class Resource {
  closed = false;
  failsToClose = false;

  async close(): Promise<void> {
    this.closed = true;
    if (this.failsToClose) throw new Error('it is still in use');
  }
}

/** Opens one resource after the other; `failing` makes the next attempts fail. */
function opener() {
  const opened: Resource[] = [];
  const state = { opened, failing: 0, openedWhileOpen: false };
  const open = async () => {
    await Promise.resolve();
    if (state.failing-- > 0) throw new Error('out of reach');
    state.openedWhileOpen ||= opened.some(({ closed }) => !closed);
    opened.push(new Resource());
    return opened.at(-1)!;
  };
  return { state, lingering: new Lingering(open, LINGER_MS) };
}

const pause = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a resource', () => {
  test('is opened once for all who use it at the same time', async () => {
    const { state, lingering } = opener();
    const used = await Promise.all([1, 2, 3].map(() => lingering.use(async (resource) => resource)));
    expect(new Set(used).size).toBe(1);
    expect(state.opened).toHaveLength(1);
  });

  test('is not opened before somebody uses it', async () => {
    const { state, lingering } = opener();
    await lingering.closeNow();
    expect(state.opened).toEqual([]);
  });

  test('is closed a moment after its last user, and not before', async () => {
    const { state, lingering } = opener();
    await lingering.use(async () => undefined);
    await pause(LINGER_MS - 1);
    expect(state.opened[0]!.closed).toBe(false);
    await pause(1);
    expect(state.opened[0]!.closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('stays open while one of its users works on', async () => {
    const { state, lingering } = opener();
    await Promise.all([lingering.use(async () => undefined), lingering.acquire()]);
    await pause(10 * LINGER_MS);
    expect(state.opened[0]!.closed).toBe(false);
    lingering.release();
    await pause(LINGER_MS);
    expect(state.opened[0]!.closed).toBe(true);
  });

  test('is shared by calls that follow one another', async () => {
    const { state, lingering } = opener();
    for (let call = 0; call < 5; call++) {
      await lingering.use(async () => undefined);
      await pause(LINGER_MS - 1);
    }
    expect(state.opened).toHaveLength(1);
  });

  test('is given back also when the work fails', async () => {
    const { state, lingering } = opener();
    await expect(lingering.use(() => Promise.reject(new Error('work')))).rejects.toThrow('work');
    await pause(LINGER_MS);
    expect(state.opened[0]!.closed).toBe(true);
  });

  test('is opened anew after it was closed, and never two at a time', async () => {
    const { state, lingering } = opener();
    const first = await lingering.use(async (resource) => resource);
    await pause(LINGER_MS);
    const second = await lingering.use(async (resource) => resource);
    expect(second).not.toBe(first);
    expect(second.closed).toBe(false);
    expect(state.openedWhileOpen).toBe(false);
  });
});

describe('opening that fails', () => {
  test('is told to all who waited, and tried anew by the next', async () => {
    const { state, lingering } = opener();
    state.failing = 1;
    const outcomes = await Promise.allSettled([lingering.acquire(), lingering.acquire()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(lingering.use(async () => 'served')).resolves.toBe('served');
    expect(state.opened).toHaveLength(1);
  });

  test('leaves no user behind: the next one closes it as usual', async () => {
    const { state, lingering } = opener();
    state.failing = 1;
    await lingering.acquire().catch(() => undefined);
    await lingering.use(async () => undefined);
    await pause(LINGER_MS);
    expect(state.opened[0]!.closed).toBe(true);
  });

  test('does not keep closing from being done, nor opening from being tried again', async () => {
    const { state, lingering } = opener();
    state.failing = 1;
    const opening = lingering.acquire();
    opening.catch(() => undefined);
    await expect(lingering.closeNow()).resolves.toBeUndefined();
    await expect(opening).rejects.toThrow('out of reach');
    await expect(lingering.use(async () => 'served')).resolves.toBe('served');
  });
});

describe('closing', () => {
  test('at once does not wait for its users, and a later call opens another', async () => {
    const { state, lingering } = opener();
    const first = await lingering.acquire();
    await lingering.closeNow();
    expect(first.closed).toBe(true);
    const second = await lingering.acquire();
    expect(second).not.toBe(first);
    lingering.release();
    await pause(10 * LINGER_MS);
    expect(second.closed).toBe(false);
    lingering.release();
    await pause(LINGER_MS);
    expect(state.opened.map(({ closed }) => closed)).toEqual([true, true]);
  });

  test('at once ends a linger that has begun', async () => {
    const { state, lingering } = opener();
    await lingering.use(async () => undefined);
    await Promise.all([lingering.closeNow(), lingering.closeNow()]);
    expect(state.opened[0]!.closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that is asked for while it opens closes what was opened', async () => {
    const { state, lingering } = opener();
    const opening = lingering.acquire();
    await lingering.closeNow();
    expect((await opening).closed).toBe(true);
    expect(state.opened).toHaveLength(1);
  });

  test('that fails is told to who asked for it, and does not bar the way for ever', async () => {
    const { lingering } = opener();
    const first = await lingering.acquire();
    first.failsToClose = true;
    await expect(lingering.closeNow()).rejects.toThrow('it is still in use');
    await expect(lingering.acquire()).resolves.not.toBe(first);
  });

  test('that fails after the linger, where nobody is told, does not end the process', async () => {
    const { lingering } = opener();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    await lingering.use(async (resource) => void (resource.failsToClose = true));
    await pause(LINGER_MS);
    vi.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    await expect(lingering.use(async () => 'served')).resolves.toBe('served');
  });
});
