/** What the recordings of this folder ran: kept as it is beside them, since a record replays on its own build only. */
import { Action, ActionError, Workflow } from '@do-sdk/core';

const quick = { initialInterval: '10ms', backoffCoefficient: 1 } as const;

const action = <Output>(name: string, handler: (input: { order?: string }) => Output) =>
  new Action({ name, handler: async (input: { order?: string }) => handler(input) });

const reserve = new Action({
  name: 'stock.reserve',
  version: '3',
  handler: async ({ order }: { order: string }) => ({ reserved: order }),
  compensation: { retry: { maximumAttempts: 3, ...quick } },
  compensate: () => {
    if ((releases += 1) === 1) throw new Error('the stock system does not answer');
  },
});
let releases = 0;

const refund = action('card.refund', () => ({ refunded: true }));

const charge = new Action({
  name: 'card.charge',
  handler: async ({ amount }: { amount: number }) => {
    if (amount > 100)
      throw new ActionError('insufficient funds', { type: 'CardDeclined', nonRetryable: true });
    return { charge: 'ch_1' };
  },
  compensate: refund,
});

const mail = new Action({
  name: 'mail.send',
  retry: { maximumAttempts: 3, ...quick },
  handler: async (_input: { to: string }, { attempt, enqueue }) => {
    if (attempt === 1) throw new Error('451 try later');
    await enqueue(refund, {});
    return { accepted: true };
  },
});

const crm = new Action({
  name: 'crm.update',
  handler: async ({ order }: { order: string }) => ({ contact: order }),
});

const ledger = new Action({
  name: 'ledger.write',
  transactional: true,
  retry: { maximumAttempts: 1 },
  handler: async (_input: object, { tx }): Promise<void> => {
    await tx.query('select 1');
    throw new Error('the period is closed');
  },
});

const slow = new Action({
  name: 'carrier.ask',
  timeout: '1m',
  retry: { maximumAttempts: 3, initialInterval: '1h' },
  handler: async ({ fail }: { fail?: boolean }, { signal }): Promise<void> => {
    if (fail) throw new Error('the carrier is closed');
    await new Promise((_, reject) =>
      signal.addEventListener('abort', () => {
        reject(new Error('aborted'));
      }),
    );
  },
});

const ship = new Action({
  name: 'order.ship',
  retry: { maximumAttempts: 2, ...quick },
  handler: async (_input: object): Promise<void> => {
    throw new Error('no carrier');
  },
  compensate: () => undefined,
});

/** A step, two at once of which one is tried again, one that fails and is handled by another one. */
export const order = new Workflow({
  name: 'record.order',
  version: '2',
  handler: async ({ order: id }: { order: string }, ctx) => {
    await reserve.invoke({ order: id });
    ctx.set({ at: 'reserved' });
    const [sent, updated] = await Promise.all([
      mail.invoke({ to: 'a@example.com' }),
      crm.invoke({ order: id }),
    ]);
    await ctx.sleep('20ms');
    let declined: unknown;
    try {
      await charge.invoke({ amount: 200 });
    } catch (error) {
      declined = (error as { type: string }).type;
    }
    const paid = await charge.invoke({ amount: 20 }, { idempotencyKey: `${id}: 2nd try` });
    ctx.set({ at: 'paid' });
    return { sent, updated, declined, paid };
  },
});

/** Two steps that are taken back, the last one first, once the third has failed finally. */
export const saga = new Workflow({
  name: 'record.saga',
  handler: async ({ order: id }: { order: string }) => {
    await reserve.invoke({ order: id });
    await charge.invoke({ amount: 20 });
    await ship.invoke({});
  },
});

/** A signal and what a person decides; of two questions the first is answered. */
export const asking = new Workflow({
  name: 'record.asking',
  handler: async (_input: object, ctx) => {
    const paid = await ctx.waitForSignal('paid', undefined, { timeout: '1h' });
    const subject = { refund: 10 };
    const approval = await ctx.approval('refund', { subject, approvers: ['local'], timeout: '1h' });
    try {
      await ctx.approval('gift', { timeout: '10ms' });
    } catch (error) {
      return { paid, approval, second: (error as { type: string }).type };
    }
    return undefined;
  },
});

export const child = new Workflow({
  name: 'record.child',
  handler: async ({ order: id }: { order: string }) => {
    if (id === 'bad') throw new ActionError('no such order', { type: 'OrderUnknown' });
    return await crm.invoke({ order: id });
  },
});

/** Workflows as steps: two at once, one of them fails and the other one begins later. */
export const parent = new Workflow({
  name: 'record.parent',
  handler: async (_input: object) => {
    const results = await Promise.allSettled([
      child.invoke({ order: '7' }, { delay: '20ms' }),
      child.invoke({ order: 'bad' }),
    ]);
    return results.map(({ status }) => status);
  },
});

/** Steps that end otherwise: sealed, out of time, out of time after a wait. */
export const endings = new Workflow({
  name: 'record.endings',
  handler: async (_input: object) => {
    const steps = [
      () => ledger.invoke({}),
      () => slow.invoke({}, { deadline: '300ms' }),
      () => slow.invoke({ fail: true }, { delay: '10ms', deadline: '10s' }),
    ];
    const types: string[] = [];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        types.push((error as { type: string }).type);
      }
    }
    return types;
  },
});

/** One attempt that goes on and one wait for the next, until it is cancelled. */
export const waiting = new Workflow({
  name: 'record.waiting',
  handler: async (_input: object) => {
    await reserve.invoke({ order: '9' });
    await Promise.all([slow.invoke({}), slow.invoke({ fail: true })]);
  },
});

const notify = new Action({ name: 'people.notify', handler: async (notice: object) => notice });

/** A step whose failure somebody is told of. */
export const telling = new Workflow({
  name: 'record.telling',
  handler: async (_input: object) => {
    await ship.invoke({}, { onFailure: notify }).catch(() => undefined);
  },
});

/** More iterations than the recording server lets one run hold. */
export const looping = new Workflow({
  name: 'record.looping',
  handler: async (_input: object, ctx) => {
    await crm.invoke({ order: 'first' });
    await ctx.loop(1, async (n) => {
      await crm.invoke({ order: String(n) });
      ctx.set({ n });
      return n === 9 ? ctx.done(n) : n + 1;
    });
  },
});

/** Takes back a workflow that it has called. */
export const unwinding = new Workflow({
  name: 'record.unwinding',
  handler: async (_input: object) => {
    await reserving.invoke({ order: '8' });
    await ship.invoke({}, { retry: { maximumAttempts: 1 } });
  },
});

export const reserving = new Workflow({
  name: 'record.reserving',
  handler: async (input: { order: string }) => await reserve.invoke(input),
});
