import { expect, test } from 'vitest';
import { beginReceipt, endReceipt, failReceipt, unknownReceipts } from '../../src/store/receipts.ts';
import { describeOnEachPostgres } from './postgres.ts';

const key = { token: 'order.place/1', name: 'charge' };

describeOnEachPostgres('a receipt', (databases) => {
  test('is new to the first that asks', async () => {
    const store = await databases.store();
    expect(await beginReceipt(store, { ...key, attempt: 1 })).toEqual({ state: 'new' });
  });

  test.each([{ id: 'ch_1' }, null, undefined, 'text', 0])(
    'gives the recorded result to later attempts: %j',
    async (result) => {
      const store = await databases.store();
      await beginReceipt(store, { ...key, attempt: 1 });
      await endReceipt(store, key, result);
      expect(await beginReceipt(store, { ...key, attempt: 2 })).toEqual({
        state: 'done',
        result: result ?? null,
      });
      expect(await unknownReceipts(store, key.token)).toEqual([]);
    },
  );

  test('that was begun and left is unknown, with the attempt that left it', async () => {
    const store = await databases.store();
    await beginReceipt(store, { ...key, attempt: 1 });
    expect(await beginReceipt(store, { ...key, attempt: 2 })).toEqual({ state: 'unknown', attempt: 1 });
    expect(await beginReceipt(store, { ...key, attempt: 3 })).toEqual({ state: 'unknown', attempt: 2 });
  });

  test('of a call that failed is new to the next attempt', async () => {
    const store = await databases.store();
    await beginReceipt(store, { ...key, attempt: 1 });
    await failReceipt(store, key);
    expect(await beginReceipt(store, { ...key, attempt: 2 })).toEqual({ state: 'new' });
    expect(await beginReceipt(store, { ...key, attempt: 3 })).toEqual({ state: 'unknown', attempt: 2 });
  });

  test('that is done stays done, whatever a late attempt says', async () => {
    const store = await databases.store();
    await beginReceipt(store, { ...key, attempt: 1 });
    await endReceipt(store, key, 'first');
    await failReceipt(store, key);
    await endReceipt(store, key, 'second');
    expect(await beginReceipt(store, { ...key, attempt: 2 })).toEqual({ state: 'done', result: 'first' });
  });

  test('is new to exactly one of many that ask at the same moment', async () => {
    const store = await databases.store();
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, index) => beginReceipt(store, { ...key, attempt: index })),
    );
    expect(asked.filter(({ state }) => state === 'new')).toHaveLength(1);
  });

  test('belongs to one name of one token; the unknown ones of a token are listed, oldest first', async () => {
    const store = await databases.store();
    for (const name of ['z', 'a', 'done']) await beginReceipt(store, { ...key, name, attempt: 1 });
    await endReceipt(store, { ...key, name: 'done' }, 1);
    await beginReceipt(store, { token: 'another', name: 'z', attempt: 1 });
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string;
    expect(await unknownReceipts(store, key.token)).toEqual([
      { name: 'z', attempt: 1, at },
      { name: 'a', attempt: 1, at },
    ]);
  });
});
