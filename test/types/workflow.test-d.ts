import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { Action } from '../../src/core/action.ts';
import type { ActionClient, ActionRef } from '../../src/core/client.ts';
import type { Invocation } from '../../src/core/invocation.ts';
import { Workflow } from '../../src/core/workflow.ts';
import type { Approval } from '../../src/core/workflow-context.ts';

declare const client: ActionClient;

const charge = new Action({
  name: 'types.charge',
  handler: ({ cents }: { cents: number }) => ({ receipt: `${cents}` }),
});

const order = new Workflow({
  name: 'types.order',
  input: z.object({ cents: z.number(), note: z.string().default('') }),
  output: z.object({ at: z.string().transform((text) => new Date(text)) }),
  handler: async (input, ctx) => {
    expectTypeOf(input).toEqualTypeOf<{ cents: number; note: string }>();
    expectTypeOf(charge.invoke(input)).resolves.toEqualTypeOf<{ receipt: string }>();
    expectTypeOf(ctx.waitForSignal('paid')).resolves.toBeUnknown();
    expectTypeOf(ctx.waitForSignal('plan', z.enum(['free', 'team']))).resolves.toEqualTypeOf<
      'free' | 'team'
    >();
    const approval = ctx.approval('refund', { schema: z.object({ account: z.string() }) });
    expectTypeOf(approval).resolves.toEqualTypeOf<Approval<{ account: string }>>();
    expectTypeOf(ctx.parallel([1], async (n) => `${n}`)).resolves.toEqualTypeOf<string[]>();
    return { at: ctx.now().toISOString() };
  },
});

declare module '../../src/core/actions.ts' {
  interface Workflows {
    'types.order': typeof order;
  }
}

test('a workflow has the types of an action: what its schemas take and give', () => {
  expectTypeOf(order.invoke).parameter(0).toEqualTypeOf<{ cents: number; note?: string | undefined }>();
  expectTypeOf(order.invoke).returns.resolves.toEqualTypeOf<{ at: Date }>();
  expectTypeOf(client.workflow(order).run).returns.resolves.toEqualTypeOf<Invocation<{ at: Date }>>();
});

test('by a name that the build knows it is typed, by another one not, and as an action neither', () => {
  expectTypeOf(client.workflow('types.order').invoke).returns.resolves.toEqualTypeOf<{ at: Date }>();
  expectTypeOf(client.workflow('some.other')).toEqualTypeOf<ActionRef<unknown, unknown>>();
  expectTypeOf(client.action('types.order')).toEqualTypeOf<ActionRef<unknown, unknown>>();
});

test('what cannot be does not compile', async () => {
  // @ts-expect-error cents is required
  void client.workflow('types.order').invoke({});
  const handle = await client.workflow(order).start({ cents: 1 });
  // @ts-expect-error a decision says what was decided
  void handle.decide('refund', { digest: 'd' });
  // @ts-expect-error a key is a string
  void handle.signal('paid', null, { idempotencyKey: 7 });
});
