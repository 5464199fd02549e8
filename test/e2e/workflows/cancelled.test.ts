import { describe, expect, test, vi } from 'vitest';
import { failureOf, useSystem } from '../atomic/system.ts';
import { charge, order, refund, reserve, ship, stubborn, waiting, watching } from './fixtures/shop.ts';
import { done, play } from './fixtures/stage.ts';

void [charge, refund, reserve, ship, order];
const system = useSystem();
const start = (workflow: { name: string }, input: { scene: string; item?: string }, options = {}) =>
  system.client.workflow(workflow.name).start(input, options);
type Handle = Awaited<ReturnType<typeof start>>;

/** Resolves when the handler has got as far as its wait. */
const waits = (handle: Handle) =>
  expect.poll(async () => (await handle.describe()).state, { timeout: 20_000 }).toBe('waits');
const statusOf = async (handle: Handle) => {
  await handle.result().catch(() => undefined);
  const { status, error } = await handle.describe();
  return [status, error?.code ?? null];
};
/** Ends when told, as a well-behaved handler does. */
const untilTold = ({ signal }: { signal: AbortSignal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('a cancelled workflow takes back what it had done, whatever it was waiting for:', () => {
  test.each(['sleep', 'signal', 'approval', 'promise', 'delay'])('%s', async (how) => {
    const scene = `${how}/cancel`;
    const handle = await start(waiting, { scene });
    await waits(handle);
    await handle.cancel();
    expect(await statusOf(handle)).toEqual(['cancelled', 'INVOCATION_CANCELLED']);
    expect(done(scene)).toEqual(['reserve', 'release']);
  });

  test('a step, whose attempt is told and taken back as well', async () => {
    let begun = false;
    play('step/cancel', 'charge', (ctx) => {
      begun = true;
      return untilTold(ctx);
    });
    const handle = await start(waiting, { scene: 'step/cancel' });
    await expect.poll(() => begun, { timeout: 20_000 }).toBe(true);
    await handle.cancel();
    expect(await statusOf(handle)).toEqual(['cancelled', 'INVOCATION_CANCELLED']);
    expect(done('step/cancel')).toEqual(['reserve', 'refund', 'release']);
  });

  test('the wait before a retry, in which nothing is taken back twice', async () => {
    play('retry/cancel', 'charge', () => Promise.reject(new Error('no')));
    const handle = await start(waiting, { scene: 'retry/cancel' });
    await expect.poll(() => done('retry/cancel'), { timeout: 20_000 }).toEqual(['reserve', 'refund']);
    await handle.cancel();
    expect(await statusOf(handle)).toEqual(['cancelled', 'INVOCATION_CANCELLED']);
    expect(done('retry/cancel')).toEqual(['reserve', 'refund', 'release']);
  });

  test('a compensation, which goes on', async () => {
    let go = () => undefined as void;
    let releasing = false;
    play('compensation', 'ship', () => Promise.reject(new Error('no')));
    play('compensation', 'release', () => {
      releasing = true;
      return new Promise<void>((resolve) => (go = resolve));
    });
    const handle = await start(order, { scene: 'compensation' });
    await expect.poll(() => releasing, { timeout: 20_000 }).toBe(true);
    await handle.cancel();
    go();
    expect(await statusOf(handle)).toEqual(['failed', 'INVOCATION_FAILED']);
    expect(done('compensation')).toEqual(['reserve', 'charge', 'refund', 'release']);
  });
});

describe('a handler that is cancelled', () => {
  test('is told by an error, and runs its catch and finally', async () => {
    const handle = await start(watching, { scene: 'told' });
    await waits(handle);
    await handle.cancel();
    expect(await statusOf(handle)).toEqual(['cancelled', 'INVOCATION_CANCELLED']);
    expect((await handle.describe()).state).toEqual(['caught', 'finally']);
    expect(done('told')).toEqual(['reserve', 'release']);
  });

  test('may make an end of its own of it', async () => {
    const handle = await start(watching, { scene: 'swallows', item: 'swallows' });
    await waits(handle);
    await handle.cancel();
    expect(await handle.result()).toEqual(['caught', 'finally']);
    expect(done('swallows')).toEqual(['reserve swallows']);
  });
});

test.each(['sleeps', 'calls'])(
  'a handler that tries again for ever is cancelled all the same, and keeps no worker busy: %s',
  async (item) => {
    const scene = `stubborn/${item}`;
    const handle = await start(stubborn, { scene, item });
    await waits(handle);
    await handle.cancel();
    expect(await statusOf(handle)).toEqual(['cancelled', 'INVOCATION_CANCELLED']);
    expect(done(scene)).toEqual([`reserve ${item}`, `release ${item}`]);
  },
);

describe.concurrent('the deadline of a workflow', () => {
  test.each(['sleep', 'signal', 'promise', 'approval', 'retry', 'child'])(
    'ends it in a wait: %s',
    async (how) => {
      const scene = `${how}/deadline`;
      play(scene, 'charge', () => Promise.reject(new Error('no')));
      const { code, invocation } = await failureOf(
        system.client.workflow(waiting.name).invoke({ scene }, { deadline: '2s' }),
      );
      expect([code, invocation.status]).toEqual(['INVOCATION_TIMED_OUT', 'timed_out']);
      const inside: Record<string, string[]> = {
        retry: ['refund'],
        child: ['reserve child', 'release child'],
      };
      expect(done(scene)).toEqual(['reserve', ...(inside[how] ?? []), 'release']);
    },
  );

  test('does not end what takes back, nor is it what the invocation has failed by', async () => {
    const began = Date.now();
    play('back/deadline', 'ship', () => Promise.reject(new Error('no')));
    play('back/deadline', 'refund', () => vi.waitUntil(() => Date.now() - began > 3_000, { timeout: 5_000 }));
    const { invocation } = await failureOf(
      system.client.workflow(order.name).invoke({ scene: 'back/deadline' }, { deadline: '2s' }),
    );
    expect([invocation.status, invocation.error?.message]).toEqual(['failed', expect.stringContaining('no')]);
    expect(done('back/deadline')).toEqual(['reserve', 'charge', 'refund', 'release']);
  });

  test('ends an attempt that does not look at its signal', async () => {
    let began = 0;
    play('step/deadline', 'charge', () => {
      began = Date.now();
      return new Promise(() => undefined);
    });
    const { invocation } = await failureOf(
      system.client.workflow(waiting.name).invoke({ scene: 'step/deadline' }, { deadline: '3s' }),
    );
    expect([invocation.status, invocation.attempts]).toEqual(['timed_out', 2]);
    expect(Date.now() - began).toBeLessThan(8_000);
    expect(done('step/deadline')).toEqual(['reserve', 'refund', 'release']);
  });

  test('holds also where the handler takes it for an end of its own', async () => {
    const { invocation } = await failureOf(
      system.client.workflow(watching.name).invoke({ scene: 'late', item: 'swallows' }, { deadline: '2s' }),
    );
    expect(invocation.status).toBe('timed_out');
    expect(done('late')).toEqual(['reserve swallows', 'release swallows']);
  });
});
