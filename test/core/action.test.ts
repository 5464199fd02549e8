import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ActionDefinition } from '../../src/core/definition.ts';
import { Action } from '../../src/core/action.ts';
import type { Host } from '../../src/core/host.ts';
import { host, setHost } from '../../src/core/host.ts';

type Definition = ActionDefinition<unknown, unknown, unknown, unknown>;
const handler = () => null;

describe('a definition', () => {
  test('needs a name and a handler; the rest has defaults', () => {
    const action = new Action({ name: 'action.least', handler });
    expect(action).toMatchObject({ name: 'action.least', version: '1', description: undefined });
    expect(action.policy).toMatchObject({ maximumAttempts: 3, timeoutMs: 30_000 });
  });

  test('keeps what it says', () => {
    const input = z.object({ a: z.string() });
    const definition = { name: 'action.full', version: '2', description: 'd', input, timeout: '5s', handler };
    expect(new Action(definition)).toMatchObject({
      version: '2',
      description: 'd',
      policy: { timeoutMs: 5_000 },
    });
  });

  test.each<[string, Partial<Record<keyof Definition, unknown>>, RegExp]>([
    ['name', { name: 'Bad Name' }, /lower-case words joined by dots.*got "Bad Name"/],
    ['name', { name: undefined }, /got undefined/],
    ['handler', { handler: 'run' }, /of action "action\.wrong" to be a function/],
    ['input', { input: { userId: 'string' } }, /of action "action\.wrong" to be a Standard Schema \(zod/],
    ['output', { output: 'string' }, /Standard Schema/],
    ['output', { output: { '~standard': {} } }, /Standard Schema/],
    ['timeout', { timeout: 'long' }, /duration such as.*got "long"/],
    ['retry.maximumAttempts', { retry: { maximumAttempts: -1 } }, /at least 1, got -1/],
    ['retry.initialInterval', { retry: { initialInterval: '1 sec' } }, /got "1 sec"/],
    ['retry.backoffCoefficient', { retry: { backoffCoefficient: 0 } }, /at least 1, got 0/],
  ])('with a wrong `%s` is refused by the name of the field and the cure: %j', (field, wrong, message) => {
    const define = () => new Action({ name: 'action.wrong', handler, ...wrong } as Definition);
    expect(define).toThrow(expect.objectContaining({ name: 'DoError', code: 'DEFINITION_INVALID' }));
    expect(define).toThrow(`\`${field}\``);
    expect(define).toThrow(message);
  });
});

describe('the verbs of an action', () => {
  const SLOT = Symbol.for('@do-sdk/core.host');
  const before = (globalThis as { [SLOT]?: Host })[SLOT];
  afterEach(() => setHost(before!));

  test('go to the host with its name', async () => {
    const calls: unknown[] = [];
    const answer = (verb: string) => async (name: string, input: unknown, options: unknown) => {
      calls.push([verb, name, input, options]);
      return verb as never;
    };
    setHost({ invoke: answer('invoke'), run: answer('run'), start: answer('start') });
    const action = new Action({ name: 'action.verbs', handler });
    await action.invoke(1, { deadline: '1s' });
    await action.run(2);
    await action.start(3);
    expect(calls).toEqual([
      ['invoke', 'action.verbs', 1, { deadline: '1s' }],
      ['run', 'action.verbs', 2, undefined],
      ['start', 'action.verbs', 3, undefined],
    ]);
  });

  test('without a host say what to import', () => {
    setHost(undefined as never);
    expect(() => host()).toThrow("Import { Action } from '@do-sdk/core'");
  });
});
