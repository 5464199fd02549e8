import { expect, onTestFinished, test } from 'vitest';
import { activityFlow } from '../../src/sandbox/flow.ts';

const rate = (key?: string) => ({ rateLimit: { limit: 1, perMs: 1_000, ...(key !== undefined && { key }) } });

test('Temporal is told nothing of an action without limits', () => {
  expect(activityFlow(undefined, {})).toBeUndefined();
});

test('a rate by key travels as the fairness key of the attempt, a priority as its priority', () => {
  expect(activityFlow({ ...rate('customer'), priority: 1 }, { customer: 'cus_1' })).toEqual({
    waitsForSlot: false,
    priority: { priorityKey: 1, fairnessKey: 'cus_1' },
  });
  expect(activityFlow(rate('customer'), {})).toEqual({ waitsForSlot: false });
  expect(activityFlow(rate(), { customer: 'cus_1' })).toEqual({ waitsForSlot: false });
});

test('only an attempt that needs a slot may come back for one', () => {
  expect(activityFlow({ concurrency: { limit: 1 } }, {})).toEqual({ waitsForSlot: true });
});

test('a key longer than Temporal takes becomes a short one, another for each', () => {
  const keyed = (customer: string) => activityFlow(rate('customer'), { customer })!.priority!.fairnessKey!;
  const keys = [keyed('ü'.repeat(40)), keyed(`${'ü'.repeat(39)}u`), keyed(`u${'ü'.repeat(39)}`)];
  expect(new Set(keys).size).toBe(3);
  for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThanOrEqual(64);
  expect(keyed('ü'.repeat(32))).toBe('ü'.repeat(32));
});

test('where payloads are encrypted a key cannot be read, and is still another one for each', () => {
  Object.assign(globalThis, { DO_ENCODED_FAILURES: true });
  onTestFinished(() => void Reflect.deleteProperty(globalThis, 'DO_ENCODED_FAILURES'));
  const keyed = (customer: string) => activityFlow(rate('customer'), { customer })!.priority!.fairnessKey;
  expect(keyed('cus_1')).not.toContain('cus');
  expect(keyed('cus_1')).not.toBe(keyed('cus_2'));
});
