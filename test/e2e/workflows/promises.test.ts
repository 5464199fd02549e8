import { describe, expect, test } from 'vitest';
import { failureOf, useSystem } from '../atomic/system.ts';
import * as promises from './fixtures/promises.ts';
import { done } from './fixtures/stage.ts';

const system = useSystem();
const invoke = (workflow: { name: string }, input: { scene: string; item?: string }) =>
  system.client.workflow(workflow.name).invoke(input);

describe('a promise that rejects with nobody waiting for it', () => {
  test.each(['helper', 'derived', 'constructed', 'all'])(
    'fails the workflow, whose task would else fail for ever: %s',
    async (how) => {
      const { invocation } = await failureOf(invoke(promises.leaving, { scene: `left/${how}` }));
      expect(invocation.error).toMatchObject({ type: 'TypeError', message: 'nobody waits' });
      expect(done(`left/${how}`)).toEqual(['hold', 'let go']);
    },
  );

  test('is nothing of that kind where it is a step, which may be waited for later', async () => {
    expect(await invoke(promises.later, { scene: 'later' })).toBe('Refused');
  });
});

test.each([
  'awaited',
  'atOnce',
  'returned',
  'caught',
  'finally',
  'all',
  'race',
  'any',
  'settled',
  'resolved',
  'thenable',
  'iterated',
])('a promise that is waited for rejects to whoever waits: %s', async (how) => {
  expect(await invoke(promises.waiting, { scene: `waited/${how}` })).toBe('TypeError');
});

describe('a workflow called by another one', () => {
  test('fails to it by the type of its failure', async () => {
    expect(await invoke(promises.caller, { scene: 'child/fails' })).toEqual(['INVOCATION_FAILED', 'Refused']);
  });

  test('is told to it as timed out at its own deadline', async () => {
    const input = { scene: 'child/waits', item: 'deadline' };
    expect(await invoke(promises.caller, input)).toEqual(['INVOCATION_TIMED_OUT', 'DeadlineExceeded']);
  });

  test.each([
    ['cancelled', 'INVOCATION_CANCELLED', 'Cancelled'],
    ['terminated', 'INVOCATION_TERMINATED', 'Terminated'],
  ])('is told to it as %s when somebody else ended it', async (how, code, type) => {
    const handle = await system.client
      .workflow(promises.caller.name)
      .start({ scene: `child/${how}` }, { idempotencyKey: how });
    const open = async () => {
      const { items } = await system.client.invocations.list({ name: 'promises.child', status: 'running' });
      return items[0]?.id;
    };
    await expect.poll(open, { timeout: 20_000 }).toBeDefined();
    const id = (await open())!;
    await (how === 'cancelled' ? system.session.backend.cancel(id) : system.terminate(id));
    expect(await handle.result()).toEqual([code, type]);
  });
});
