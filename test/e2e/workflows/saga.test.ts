import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/core/action-error.ts';
import { failureOf, useSystem } from '../atomic/system.ts';
import { calling, charge, order, outer, refund, reserve, ship, together } from './fixtures/shop.ts';
import { acts, done, play, plays } from './fixtures/stage.ts';

void [charge, refund, reserve, ship, outer];
const system = useSystem();
const run = (workflow: { name: string }, scene: string, options = {}) =>
  system.client.workflow(workflow.name).invoke({ scene }, options);
const declined = () => {
  throw new ActionError('no', { type: 'Declined', nonRetryable: true });
};

describe('a workflow that fails', () => {
  test('takes its completed steps back, last first, each by what takes it back', async () => {
    play('order', 'ship', declined);
    const { code, invocation } = await failureOf(run(order, 'order'));
    expect([code, invocation.status, invocation.error?.type]).toEqual([
      'INVOCATION_FAILED',
      'failed',
      'Declined',
    ]);
    expect(done('order')).toEqual(['reserve', 'charge', 'refund', 'release']);
  });

  test('gives a compensation the token of the step it takes back', async () => {
    const of = (what: string) => acts.find((one) => one.scene === 'order' && one.what === what)!.token;
    expect(of('release')).toBe(of('reserve'));
    expect(of('refund')).toBe(of('charge'));
    expect(of('reserve')).toMatch(/^shop\.order\/[0-9a-f-]{36}\/shop\.reserve\/1$/);
  });

  test('waits for the steps beside the failed one, and takes back those that completed meanwhile', async () => {
    let release = () => undefined as void;
    const shipFailed = new Promise<void>((resolve) => (release = resolve));
    play('together', 'ship', () => {
      release();
      declined();
    });
    play('together', 'charge', async () => {
      await shipFailed;
      // Does not look at its signal: it completes after the workflow has failed.
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    const { invocation } = await failureOf(run(together, 'together'));
    expect(invocation.error?.type).toBe('Declined');
    const after = done('together').slice(-3);
    expect(done('together')).toContain('charge');
    expect(after).toEqual(['refund', 'release 1', 'release 0']);
  });

  test('takes the others back where one cannot be, says so, and takes that back when asked again', async () => {
    play('stuck', 'ship', declined);
    play('stuck', 'refund', () => {
      throw new Error('the bank does not answer');
    });
    const { code, invocation } = await failureOf(run(order, 'stuck'));
    expect([code, invocation.error?.code]).toEqual(['COMPENSATION_FAILED', 'COMPENSATION_FAILED']);
    expect(invocation.error?.message).toContain('shop.charge/1');
    expect(invocation.error?.message).toContain('Declined');
    expect(done('stuck')).toEqual(['reserve', 'charge', 'release']);
    plays.delete('stuck refund');
    const { id } = await system.session.backend.compensate(invocation.id);
    expect(await system.closed(id)).toMatchObject({ status: 'completed', settles: invocation.id });
    expect(done('stuck')).toEqual(['reserve', 'charge', 'release', 'refund']);
    await expect(system.session.backend.compensate(invocation.id)).resolves.toBeDefined();
  });

  test('is settled again only where the settling failed', async () => {
    play('twice', 'ship', declined);
    play('twice', 'refund', () => {
      throw new Error('the bank does not answer');
    });
    play('twice', 'release', () => {
      throw new Error('the store does not answer');
    });
    const { invocation } = await failureOf(run(order, 'twice'));
    plays.delete('twice release');
    const first = await system.session.backend.compensate(invocation.id);
    expect(await system.closed(first.id)).toMatchObject({
      status: 'failed',
      error: { code: 'COMPENSATION_FAILED' },
    });
    expect(done('twice')).toEqual(['reserve', 'charge', 'release']);
    plays.delete('twice refund');
    const second = await system.session.backend.compensate(invocation.id);
    expect(await system.closed(second.id)).toMatchObject({ status: 'completed' });
    expect(done('twice')).toEqual(['reserve', 'charge', 'release', 'refund']);
  });
});

test('a step that failed is settled by its own loop, not once more by the saga', async () => {
  play('own', 'charge', declined);
  await failureOf(run(order, 'own'));
  expect(done('own')).toEqual(['reserve', 'refund', 'release']);
});

describe('a workflow that completed is a step of the one that called it', () => {
  const all = ['reserve', 'reserve first', 'reserve inner', 'reserve last', 'charge'];

  test('and what it has done is taken back with the others, last first, by an invocation of its own', async () => {
    play('called', 'ship', declined);
    const { invocation } = await failureOf(run(calling, 'called'));
    expect(invocation.error).toMatchObject({ code: 'INVOCATION_FAILED', type: 'Declined' });
    const back = ['refund', 'release last', 'release inner', 'release first', 'release'];
    expect(done('called')).toEqual([...all, ...back]);
    const { entries } = await system.session.backend.audit(invocation.id);
    const called = entries.find(({ type }) => type === 'workflow.started')!.invocation as string;
    const { settledBy, status } = await system.client.invocations.get(called);
    expect(status).toBe('completed');
    expect(entries.filter(({ type }) => type === 'compensation.completed').map(({ step }) => step)).toEqual([
      3, 2, 1,
    ]);
    expect(entries).toContainEqual(
      expect.objectContaining({ type: 'compensation.completed', step: 2, output: { settledBy } }),
    );
    expect(await system.closed(settledBy!)).toMatchObject({ settles: called, status: 'completed' });
  });

  test('and where that fails, the others are, and it is when asked again', async () => {
    play('called/stuck', 'ship', declined);
    play('called/stuck', 'release', ({ idempotencyKey }) => {
      if (idempotencyKey.startsWith('shop.inner/')) throw new Error('the store does not answer');
    });
    const { invocation } = await failureOf(run(calling, 'called/stuck'));
    expect(invocation.error?.code).toBe('COMPENSATION_FAILED');
    expect(invocation.error?.message).toContain('shop.outer/1');
    plays.delete('called/stuck release');
    const { id } = await system.session.backend.compensate(invocation.id);
    expect(await system.closed(id)).toMatchObject({ status: 'completed', settles: invocation.id });
    const back = ['refund', 'release last', 'release first', 'release', 'release inner'];
    expect(done('called/stuck')).toEqual([...all, ...back]);
  });
});
