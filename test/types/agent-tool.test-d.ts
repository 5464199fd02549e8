import { generateText, tool } from 'ai';
import type { InferToolInput, InferToolOutput } from 'ai';
import { MockLanguageModelV2 } from 'ai/test';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { Action } from '../../src/core/action.ts';
import { Workflow } from '../../src/core/workflow.ts';

const weather = new Action({
  name: 'types.tool',
  input: z.object({ city: z.string(), at: z.string().transform((text) => new Date(text)) }),
  output: z.object({ degrees: z.number() }),
  handler: async ({ city }) => ({ degrees: city.length }),
}).asTool();
const report = new Workflow({
  name: 'types.tool-workflow',
  handler: async ({ days }: { days: number }) => ({ pages: days }),
}).asTool();

test('the AI SDK takes an action and a workflow as tools, with the types of their callers', () => {
  type Input = InferToolInput<typeof weather>;
  expectTypeOf<Input>().toEqualTypeOf<{ city: string; at: string }>();
  expectTypeOf<InferToolOutput<typeof weather>>().toEqualTypeOf<{ degrees: number }>();
  expectTypeOf(tool(report)).toHaveProperty('execute');
});

test('what generateText gives back of them is typed', async () => {
  const model = new MockLanguageModelV2();
  const { toolResults } = await generateText({ model, prompt: '', tools: { weather, report } });
  for (const result of toolResults) {
    if (result.dynamic) continue;
    if (result.toolName === 'weather') expectTypeOf(result.output.degrees).toBeNumber();
    else expectTypeOf(result.input.days).toBeNumber();
  }
});
