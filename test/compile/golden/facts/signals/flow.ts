import { Workflow, type WorkflowContext, client } from '@do-sdk/core';
import { charge, notify } from './actions.ts';

const PAID = 'paid';
const child = new Workflow({ name: 'order.child', description: 'A child.', handler: async () => 1 });

async function settle(amount: number, ctx: WorkflowContext) {
  await ctx.waitForSignal(`settled`);
  return await notify.invoke(null);
}

export const known = new Workflow({
  name: 'order.place',
  version: '2',
  async handler(input: number, ctx) {
    const { approval, log } = ctx;
    await charge.invoke(input);
    await ctx.waitForSignal(PAID);
    await approval('refund.large', {});
    log.info('x');
    await settle(1, ctx);
    await ctx.parallel([1], one);
    return await child.invoke(null);
  },
});

async function one() {
  return await client.action('refund.card').invoke(null);
}

export const named = new Workflow({
  name: 'order.named',
  handler: async (input: string, { waitForSignal, sleep }) => [await waitForSignal(input), await sleep(1)],
});

export const handed = new Workflow({
  name: 'order.handed',
  handler: async (input: { use(ctx: unknown): void }, ctx) => input.use(ctx),
});

export const dynamic = new Workflow({
  name: 'order.dynamic',
  handler: pick,
});

async function pick({ tool }: { tool: string }) {
  return await client.action(tool).invoke(null);
}

export const taken = new Workflow({
  name: 'order.taken',
  handler: async (input: { use(wait: unknown): void }, { approval }) => input.use(approval),
});
