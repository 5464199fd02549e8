import { asSchema, generateText, stepCountIs } from 'ai';
import { MockLanguageModelV2 } from 'ai/test';
import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Action } from '../../src/core/action.ts';
import { setHost } from '../../src/core/host.ts';
import type { AgentToolCall } from '../../src/core/agent-tool.ts';
import type { CallOptions } from '../../src/core/verbs.ts';
import { Workflow } from '../../src/core/workflow.ts';

interface Called {
  name: string;
  input: unknown;
  options: CallOptions | undefined;
}

const called: Called[] = [];
const failing = new Set<string>();

beforeEach(() => {
  called.length = 0;
  failing.clear();
  const never = () => Promise.reject(new Error('not asked for'));
  setHost({
    run: never,
    start: never,
    invoke: async (name, input, options) => {
      called.push({ name, input, options });
      if (failing.has(name)) throw new Error('the card was declined');
      return { paid: true };
    },
  });
});

const pay = new Action({
  name: 'tool.pay',
  description: 'Pays a bill.',
  input: z.object({ cents: z.int(), due: z.string().transform((text) => new Date(text)) }),
  handler: async () => ({ paid: true }),
});

/** A model that calls `pay` with that input, and ends when it is told how that went. */
const modelCalling = (input: object, toolCallId = 'call_0') => {
  const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
  const call = { type: 'tool-call', toolCallId, toolName: 'pay', input: JSON.stringify(input) } as const;
  return new MockLanguageModelV2({
    doGenerate: async ({ prompt }) =>
      prompt.some(({ role }) => role === 'tool')
        ? { content: [{ type: 'text', text: 'done' }], finishReason: 'stop', usage, warnings: [] }
        : { content: [call], finishReason: 'tool-calls', usage, warnings: [] },
  });
};

const ask = async (model: MockLanguageModelV2, prompt = 'Pay my bill.', tool = pay.asTool()) =>
  await generateText({ model, prompt, tools: { pay: tool }, stopWhen: stepCountIs(3) });

const BILL = { cents: 4900, due: '2026-01-31' };

test('generateText invokes the action with what the model sent, and the model is told the output', async () => {
  const model = modelCalling(BILL);
  const { text, steps } = await ask(model);
  expect(text).toBe('done');
  expect(steps[0]?.toolResults[0]?.output).toEqual({ paid: true });
  expect(called).toMatchObject([{ name: 'tool.pay', input: BILL }]);
  expect(model.doGenerateCalls[0]?.tools).toMatchObject([
    {
      name: 'pay',
      description: 'Pays a bill.',
      inputSchema: { type: 'object', required: ['cents', 'due'] },
    },
  ]);
});

test('an input that does not fit is told to the model by its field, and nothing is invoked', async () => {
  const { steps } = await ask(modelCalling({ cents: 'many', due: 'x' }));
  expect(JSON.stringify(steps[0]?.response.messages)).toContain('`cents`');
  expect(called).toEqual([]);
});

test('a failed invocation is told to the model', async () => {
  failing.add('tool.pay');
  const { steps } = await ask(modelCalling(BILL));
  expect(JSON.stringify(steps[0]?.response.messages)).toContain('the card was declined');
});

test('a call that is repeated has the same key; one of another conversation has not, whatever its id', async () => {
  for (const prompt of ['Pay my bill.', 'Pay my bill.', 'Pay the other bill.']) {
    await ask(modelCalling(BILL), prompt);
  }
  const keys = called.map(({ options }) => options?.idempotencyKey);
  expect(keys[0]).toMatch(/^call_0\/[0-9a-f]{32}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

test('called by hand, without a conversation, the key is the id of the call', async () => {
  await pay.asTool().execute(BILL, { toolCallId: 'call_1' });
  expect(called[0]?.options).toEqual({ idempotencyKey: 'call_1' });
});

test('the key can be made otherwise, or left out', async () => {
  const idempotencyKey = ({ toolCallId }: AgentToolCall) => `chat-7/${toolCallId}`;
  await ask(modelCalling(BILL), 'Pay.', pay.asTool({ idempotencyKey }));
  await ask(modelCalling(BILL), 'Pay.', pay.asTool({ idempotencyKey: () => undefined }));
  expect(called.map(({ options }) => options?.idempotencyKey)).toEqual(['chat-7/call_0', undefined]);
});

test('the signal of the call ends the waiting', async () => {
  const { signal } = new AbortController();
  await pay.asTool().execute(BILL, { toolCallId: 'call_1', abortSignal: signal });
  expect(called[0]?.options?.signal).toBe(signal);
});

test('without a schema any object is taken, and a workflow is a tool as well', async () => {
  const tool = new Workflow({ name: 'tool.flow', handler: async (_: { a: number }) => null }).asTool();
  expect(tool.description).toBe('tool.flow');
  expect(asSchema(tool.inputSchema).jsonSchema).toMatchObject({ type: 'object', additionalProperties: true });
  await tool.execute({ a: 1 }, { toolCallId: 'call_1' });
  expect(called[0]?.name).toBe('tool.flow');
});

test('an input that is no object cannot be sent by a model, and the cure is told', () => {
  const list = new Action({ name: 'tool.list', input: z.array(z.number()), handler: () => null });
  expect(() => list.asTool()).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
  expect(() => list.asTool()).toThrow('z.object');
});
