import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { Action } from '../../src/core/action.ts';
import type { ActionClient } from '../../src/core/client.ts';
import type { Invocation } from '../../src/core/invocation.ts';

declare const client: ActionClient;

const plain = new Action({
  name: 'types.plain',
  handler: async (input: { userId: string }) => ({ ok: input.userId !== '' }),
});
const typed = new Action({
  name: 'types.typed',
  input: z.object({ id: z.string(), times: z.number().default(1) }),
  output: z.object({ at: z.string().transform((text) => new Date(text)) }),
  handler: async (input, ctx) => {
    expectTypeOf(input).toEqualTypeOf<{ id: string; times: number }>();
    expectTypeOf(ctx.attempt).toBeNumber();
    return { at: 'now' };
  },
});

test('without schemas the handler gives the types', () => {
  expectTypeOf(plain.invoke).parameter(0).toEqualTypeOf<{ userId: string }>();
  expectTypeOf(plain.invoke).returns.resolves.toEqualTypeOf<{ ok: boolean }>();
});

test('with schemas a caller passes what the input schema takes and gets what the output schema gives', () => {
  expectTypeOf(typed.invoke).parameter(0).toEqualTypeOf<{ id: string; times?: number | undefined }>();
  expectTypeOf(typed.invoke).returns.resolves.toEqualTypeOf<{ at: Date }>();
  expectTypeOf(typed.run).returns.resolves.toEqualTypeOf<Invocation<{ at: Date }>>();
});

test('a wrong input or output does not compile', () => {
  // @ts-expect-error times is a number
  void typed.invoke({ id: 'a', times: 'twice' });
  // @ts-expect-error id is required
  void client.action(typed).invoke({});
  // @ts-expect-error the handler must return what the output schema takes
  new Action({ name: 'types.wrong', output: z.object({ n: z.number() }), handler: () => ({ n: 'one' }) });
});

test('client.action is typed by an action object and untyped by an unknown name', () => {
  expectTypeOf(client.action(typed).invoke).returns.resolves.toEqualTypeOf<{ at: Date }>();
  expectTypeOf(client.action('some.other').invoke).returns.resolves.toBeUnknown();
});
