import { expect, test, vi } from 'vitest';
import { Action } from '../../src/core/action.ts';
import type { AttemptEnvelope } from '../../src/core/envelope.ts';
import { SLOT_AWAITED, SLOT_BUSY } from '../../src/core/envelope.ts';
import { Store } from '../../src/store/store.ts';
import { toTemporal } from '../../src/worker/failure.ts';
import type { Limited } from '../../src/worker/limited.ts';
import { withSlot } from '../../src/worker/limited.ts';
import { SlotBusy, Slots } from '../../src/worker/slots.ts';
import { describeWithPostgres } from '../store/postgres.ts';
import { door } from '../store/support.ts';

const action = new Action({ name: 'limited.unit', concurrency: { limit: 1 }, handler: () => null });

const metaOf = (fields: Partial<AttemptEnvelope> = {}): AttemptEnvelope => ({
  ...{ attempt: 1, maximumAttempts: 3, token: 'limited.unit/run', firstRunId: 'run', version: '1' },
  slotWaitMs: 1_000,
  ...fields,
});

function limitedBy(fields: Partial<Limited> = {}): Limited {
  const beats: unknown[] = [];
  return {
    ...{ action, asked: { role: 'handler', input: null }, meta: metaOf(), queue: 'shop/limited.unit' },
    ...{ timeoutMs: 2_000, signal: new AbortController().signal, priority: 3, isBack: false },
    heartbeat: (details) => void beats.push(details),
    ...fields,
  };
}

const other = { meta: metaOf({ attempt: 2 }) };

/** One that has the slot until it is let go. */
async function holding(slots: Slots) {
  const begun = door();
  const ended = door();
  const first = withSlot(slots, limitedBy(), async () => {
    begun.open();
    await ended.opened;
  });
  await begun.opened;
  return async () => {
    ended.open();
    await first;
  };
}

describeWithPostgres('An attempt of an action with a concurrency limit', (databases) => {
  const slotsOf = (store: Store) => new Slots(() => Promise.resolve(store));

  test('its time begins when it has a slot', async () => {
    const slots = slotsOf(await databases.store());
    expect(await withSlot(slots, limitedBy(), ({ timeoutMs }) => Promise.resolve(timeoutMs))).toBe(1_000);
  });

  test('it waits for the one that runs, says so with its heartbeats, and no longer when it has begun', async () => {
    const slots = slotsOf(await databases.store());
    const letGo = await holding(slots);
    const beats: unknown[] = [];
    const second = withSlot(slots, limitedBy({ ...other, heartbeat: (beat) => void beats.push(beat) }), () =>
      Promise.resolve('begun'),
    );
    await vi.waitFor(() => expect(beats).not.toEqual([]));
    expect(beats[0]).toEqual({
      [SLOT_AWAITED]: 'a slot: the one slot of "limited.unit" is taken, and 0 go before',
    });
    await letGo();
    expect(await second).toBe('begun');
    expect(beats.at(-1)).toBeUndefined();
  });

  test('without a slot in time it is given back, to be offered again off the record', async () => {
    const slots = slotsOf(await databases.store());
    const letGo = await holding(slots);
    const busy = await withSlot(slots, limitedBy(other), () => Promise.resolve()).catch(
      (error: unknown) => error,
    );
    expect(busy).toBeInstanceOf(SlotBusy);
    const telling = { ran: {}, isGivenBack: true, leftMs: 100 };
    expect(toTemporal(busy, new AbortController().signal, telling)).toMatchObject({
      type: SLOT_BUSY,
      nonRetryable: false,
      nextRetryDelay: 50,
    });
    await letGo();
  });

  test('a handler that goes on after its attempt keeps the slot until it ends', async () => {
    const store = await databases.store();
    const slots = slotsOf(store);
    const { opened, open } = door();
    await withSlot(slots, limitedBy(), ({ holds }) => Promise.resolve(holds(opened)));
    await expect(withSlot(slots, limitedBy(other), () => Promise.resolve())).rejects.toBeInstanceOf(SlotBusy);
    open();
    await withSlot(slots, limitedBy(other), () => Promise.resolve());
  });

  test('one that is cancelled while it waits gives up its place', async () => {
    const store = await databases.store();
    const slots = slotsOf(store);
    const letGo = await holding(slots);
    const cancel = new AbortController();
    const waiting = withSlot(slots, limitedBy({ ...other, signal: cancel.signal }), () => Promise.resolve());
    const rows = () => store.query('select from do_sdk.slots');
    await vi.waitFor(async () => expect(await rows()).toHaveLength(2));
    cancel.abort(new Error('CANCELLED'));
    await expect(waiting).rejects.toThrow('CANCELLED');
    await vi.waitFor(async () => expect(await rows()).toHaveLength(1));
    await letGo();
  });

  test('it is told by its signal when its slot is lost', async () => {
    const store = await databases.store();
    const lost = withSlot(slotsOf(store), limitedBy(), async ({ signal }) => {
      await store.query('delete from do_sdk.slots');
      return await new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
    });
    expect(await lost).toMatchObject({ type: 'SlotLost' });
  });
});

test('without the store an attempt waits, since it has not begun', async () => {
  const store = Store.open('postgres://nobody@127.0.0.1:9/nothing');
  const slots = new Slots(() => Promise.resolve(store));
  const waiting = withSlot(slots, limitedBy(), () => Promise.resolve());
  await expect(waiting).rejects.toThrow(/^a slot, which the store cannot give: Postgres at 127\.0\.0\.1:9/);
  await expect(waiting).rejects.toBeInstanceOf(SlotBusy);
});
