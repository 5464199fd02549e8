import { Action } from '@do-sdk/core';
import { payments } from './support/payments.ts';

// A payment provider has no transaction with us, so an attempt that failed is taken back before the next.
const reserve = new Action({
  name: 'payment.reserve',
  retry: { maximumAttempts: 2, initialInterval: '100ms' },
  handler: async ({ cents }: { cents: number }, ctx) => {
    const hold = payments.hold(cents, { idempotencyKey: ctx.idempotencyKey });
    if (cents > 100) throw new Error('The shop does not take that much.');
    return hold;
  },
  // The token of the attempt that it takes back; the provider bars it, should the attempt still arrive.
  compensate: ({ cents }, { idempotencyKey, attempt }) => {
    console.log(`taking attempt ${attempt} back`);
    payments.release(cents, { idempotencyKey });
  },
});

console.log(await reserve.invoke({ cents: 60 }));
await reserve.invoke({ cents: 5_000 }).catch((error: Error) => console.log(error.message));
console.log('held:', payments.held());
