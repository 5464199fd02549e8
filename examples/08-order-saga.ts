import { Action, ActionError, Workflow } from '@do-sdk/core';

const reserveStock = new Action({
  name: 'stock.reserve',
  handler: ({ item }: { item: string }) => ({ item, reserved: true }),
  compensate: ({ item }) => console.log(`stock: ${item} is back on the shelf`),
});

const chargeCard = new Action({
  name: 'card.charge',
  handler: ({ cents }: { cents: number }, ctx) => ({ receipt: ctx.idempotencyKey, cents }),
  compensate: ({ cents }, { output }) => console.log(`card: ${cents} refunded`, output ? '' : '(if charged)'),
});

const ship = new Action({
  name: 'parcel.ship',
  handler: ({ country }: { country: string }) => {
    if (country === 'Atlantis')
      throw new ActionError('No ferry goes there.', { type: 'NoRoute', nonRetryable: true });
    return { tracking: 'XY123' };
  },
});

// Nothing here says what to take back: each action knows that of itself.
const placeOrder = new Workflow({
  name: 'order.place',
  handler: async (order: { item: string; cents: number; country: string }) => {
    await reserveStock.invoke({ item: order.item });
    await chargeCard.invoke({ cents: order.cents });
    return await ship.invoke({ country: order.country });
  },
});

console.log(await placeOrder.invoke({ item: 'lamp', cents: 4_900, country: 'France' }));
await placeOrder
  .invoke({ item: 'lamp', cents: 4_900, country: 'Atlantis' })
  .catch((error: Error) => console.log(error.message));
