import { describe, expect, test } from 'vitest';
import { failureOf, useSystem } from '../atomic/system.ts';
import * as bad from './fixtures/bad.ts';
import { done } from './fixtures/stage.ts';

const system = useSystem();
const invoke = (workflow: { name: string }, input: unknown) =>
  system.client.workflow(workflow.name).invoke(input);

describe('a fan-out wider than Temporal takes', () => {
  test('of 1,200 steps at once', async () => {
    expect(await invoke(bad.wide, { many: 1_200 })).toBe((1_199 * 1_200) / 2);
  }, 180_000);

  test('of 20 steps that take 900 KiB each, or give them', async () => {
    const input = { many: 20, kib: 900 };
    expect(await invoke(bad.taking, input)).toBe(20);
    expect(await invoke(bad.receiving, input)).toBe(20);
  }, 120_000);

  test('of 10 steps with 900 KiB each, all repeated at one time', async () => {
    expect(await invoke(bad.heavy, { many: 10, kib: 900 })).toBe(10);
  }, 120_000);

  test('of 6 steps with 900 KiB each, all of which are taken back', async () => {
    const { invocation } = await failureOf(invoke(bad.heavy, { many: 6, kib: 900, fail: true }));
    expect(invocation.error).toMatchObject({ code: 'INVOCATION_FAILED', message: 'all of it is taken back' });
  }, 120_000);
});

describe('what is too large', () => {
  test('fails its own step, and no other', async () => {
    expect(await invoke(bad.unequal, {})).toEqual(['INPUT_INVALID', 'OUTPUT_INVALID', { length: 5 }]);
  });

  test('to travel once more is taken back all the same, with input and output', async () => {
    const { invocation } = await failureOf(invoke(bad.largest, { scene: 'largest' }));
    expect(invocation.error?.message).toBe('it is taken back');
    expect(done('largest')).toEqual(['remove 1024000 1024000']);
  });

  test('to be told as the state is refused where it is set', async () => {
    expect(await invoke(bad.telling, { kib: 1_100 })).toBe('OUTPUT_INVALID');
    expect(await invoke(bad.telling, { kib: 100 })).toBe('taken');
    expect(await invoke(bad.telling, { kib: 511 })).toBe('taken');
  });
});

test.each(['bigint', 'function', 'symbol', 'cycle', 'large'])(
  'an output that is no JSON fails at once, by its field, and what was done is taken back: %s',
  async (what) => {
    const scene = `output/${what}`;
    const { code, invocation } = await failureOf(invoke(bad.giving, { scene }));
    expect([code, invocation.error?.code]).toEqual(['OUTPUT_INVALID', 'OUTPUT_INVALID']);
    expect(invocation.error?.message).toContain('"bad.giving"');
    expect(invocation.error?.message).toContain(what === 'large' ? '1 MiB' : 'order.total');
    expect(done(scene)).toEqual(['hold', 'let go']);
  },
);

describe('a handler', () => {
  test.each(['string', 'null', 'undefined', 'object'])('may throw what is no error: %s', async (what) => {
    const scene = `thrown/${what}`;
    const { code, invocation } = await failureOf(invoke(bad.throwing, { scene }));
    expect([code, invocation.status]).toEqual(['INVOCATION_FAILED', 'failed']);
    expect(done(scene)).toEqual(['hold', 'let go']);
  });

  test('may throw before it has begun anything', async () => {
    const { invocation } = await failureOf(invoke(bad.atOnce, {}));
    expect(invocation.error).toMatchObject({ type: 'TypeError', message: 'at once' });
  });

  test('that returns while a step of it is open fails, and that step is taken back', async () => {
    const { invocation } = await failureOf(invoke(bad.forgetful, { scene: 'forgetful' }));
    expect(invocation.error?.type).toBe('StepNotAwaited');
    expect(done('forgetful').at(-1)).toBe('let go');
  });

  test('may call what its build does not know, and is told so', async () => {
    expect(await invoke(bad.calling, { name: 'bad.nobody' })).toBe('ACTION_NOT_FOUND');
  });

  test('that calls a step twice by one key has it once, and with another input an error', async () => {
    expect(await invoke(bad.unequalKey, {})).toEqual([{ n: 1 }, { n: 1 }, 'IDEMPOTENCY_MISMATCH']);
  });
});
