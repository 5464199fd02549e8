import { Action, ActionError, Workflow, client } from '@do-sdk/core';
import { z } from 'zod';

const payByBank = new Action({
  name: 'pay.by_bank',
  retry: { maximumAttempts: 2, initialInterval: '100ms' },
  handler: (_: { cents: number }): { by: string } => {
    throw new ActionError('The bank is closed.', { type: 'ProviderDown' });
  },
});

const payByCard = new Action({
  name: 'pay.by_card',
  handler: ({ cents }: { cents: number }) => ({ by: `card, ${cents} cents` }),
});

// It heals itself: the primary provider is down, so the other one is taken; a person has to agree to its fee.
const payout = new Workflow({
  name: 'customer.payout',
  input: z.object({ cents: z.number().int() }),
  handler: async ({ cents }, ctx) => {
    try {
      return await payByBank.invoke({ cents });
    } catch {
      const fee = Math.ceil(cents / 50);
      const { approved, by } = await ctx.approval('fee', { subject: { cents, fee }, timeout: '7 days' });
      if (!approved) throw new ActionError('The fee was turned down.', { type: 'FeeRefused' });
      return { ...(await payByCard.invoke({ cents: cents + fee })), approvedBy: by };
    }
  },
});

const run = await payout.start({ cents: 10_000 });
// What a console, a chat bot or `do-sdk approve` would do: read what is asked for, and decide on exactly that.
const request = await untilAsked(run.id);
console.log('asked for:', request.subject);
await run.decide('fee', { digest: request.digest, approved: true, reason: 'small enough' });
console.log('paid:', await run.result());

async function untilAsked(id: string) {
  for (;;) {
    const { approvals = [] } = await client.invocations.get(id);
    if (approvals[0]) return approvals[0];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
