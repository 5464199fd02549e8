import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { SlotRequest } from '../../src/store/slots.ts';
import { freeSlot, renewSlots, takeSlot } from '../../src/store/slots.ts';
import type { Store } from '../../src/store/store.ts';
import { describeWithPostgres } from './postgres.ts';

const MS = 5_000;
const HELD = { state: 'held' };

describeWithPostgres('Slots in the store', (databases) => {
  const asking = (store: Store, scope: Partial<SlotRequest> = {}) => {
    const base = { queue: 'shop/charge', key: '', owner: 'one', limit: 1, priority: 3, ...scope };
    return (id: string, fields: Partial<SlotRequest> = {}) => takeSlot(store, { ...base, id, ...fields }, MS);
  };

  test('of many that ask at once as many get a slot as there are', async () => {
    const ask = asking(await databases.store(), { limit: 3 });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => ask(`a${n}`, { owner: `o${n}` })));
    expect(answers.filter(({ state }) => state === 'held')).toHaveLength(3);
  });

  test('a slot that is freed goes to who asked first of those who still ask', async () => {
    const store = await databases.store();
    const ask = asking(store);
    expect(await ask('a')).toEqual(HELD);
    expect(await ask('b')).toEqual({ state: 'busy', ahead: 0 });
    expect(await ask('c')).toEqual({ state: 'busy', ahead: 1 });
    await freeSlot(store, 'a');
    expect(await ask('c')).toEqual({ state: 'busy', ahead: 1 });
    expect(await ask('b')).toEqual(HELD);
  });

  test('who does not ask for a moment does not hold up others, and keeps its place', async () => {
    const store = await databases.store();
    const ask = asking(store);
    await ask('a');
    await ask('gone');
    await ask('b');
    await freeSlot(store, 'a');
    await vi.waitFor(async () => expect(await ask('b')).toEqual(HELD), { timeout: MS, interval: 50 });
    await ask('c');
    expect(await ask('gone')).toEqual({ state: 'busy', ahead: 0 });
    expect(await ask('c')).toEqual({ state: 'busy', ahead: 1 });
  });

  test('the more urgent goes first', async () => {
    const store = await databases.store();
    const ask = asking(store);
    await ask('a');
    await ask('b', { priority: 5 });
    await ask('c', { priority: 1 });
    await freeSlot(store, 'a');
    expect(await ask('b', { priority: 5 })).toEqual({ state: 'busy', ahead: 1 });
    expect(await ask('c', { priority: 1 })).toEqual(HELD);
  });

  test('each value of a key, and each queue, has slots of its own', async () => {
    const store = await databases.store();
    const ask = asking(store);
    const long = 'x'.repeat(5_000);
    expect(await ask('a', { key: 'one' })).toEqual(HELD);
    expect(await ask('b', { key: 'other' })).toEqual(HELD);
    expect(await ask('c', { key: 'one', queue: 'shop/refund' })).toEqual(HELD);
    expect(await ask('d', { key: long })).toEqual(HELD);
    expect(await ask('e', { key: `${long}y` })).toEqual(HELD);
    expect(await ask('f', { key: 'one' })).toMatchObject({ state: 'busy' });
  });

  test('an attempt that has a slot and asks again has it still, in its own process only', async () => {
    const ask = asking(await databases.store());
    expect(await ask('a')).toEqual(HELD);
    expect(await ask('a')).toEqual(HELD);
    expect(await ask('a', { owner: 'other' })).toMatchObject({ state: 'busy' });
    expect(await ask('b')).toMatchObject({ state: 'busy' });
  });

  test('a lease that ran out is given to others and cannot be renewed', async () => {
    const store = await databases.store();
    const ask = asking(store);
    await ask('a');
    await ask('other', { key: 'other' });
    expect((await renewSlots(store, 'one', MS)).sort()).toEqual(['a', 'other']);
    await store.query(`update do_sdk.slots set expires_at = clock_timestamp() where id = 'a'`);
    await delay(5);
    expect(await renewSlots(store, 'one', MS)).toEqual(['other']);
    expect(await ask('b')).toEqual(HELD);
    expect(await ask('a')).toMatchObject({ state: 'busy' });
  });

  test('a lower limit holds for who asks from then on', async () => {
    const ask = asking(await databases.store(), { limit: 2 });
    await ask('a');
    expect(await ask('b', { limit: 1 })).toMatchObject({ state: 'busy' });
    expect(await ask('b', { limit: 2 })).toEqual(HELD);
  });
});
