import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkJson, checkSchema } from '../../src/core/validate.ts';

const refuse = (): never => {
  throw new Error('no');
};

const invalidInput = (message: RegExp) =>
  expect.objectContaining({
    code: 'INPUT_INVALID',
    message: expect.stringMatching(message) as string,
  }) as Error;

/** As somebody would write one without a library: asynchronous, and with both forms of a path. */
const evenNumber: StandardSchemaV1<unknown, { even: number }> = {
  '~standard': {
    version: 1,
    vendor: 'by hand',
    validate: async (value) => {
      await Promise.resolve();
      if (typeof value === 'number' && value % 2 === 0) return { value: { even: value } };
      return { issues: [{ message: 'is odd', path: ['list', { key: 0 }, Symbol('s')] }] };
    },
  },
};

describe('a schema', () => {
  test('that nobody gave lets everything through', async () => {
    await expect(checkSchema(undefined, { a: 1 }, 'input', 'a')).resolves.toEqual({ a: 1 });
  });

  test('of zod fills in defaults and transforms', async () => {
    const schema = z.object({ id: z.string().trim(), times: z.number().default(1) });
    await expect(checkSchema(schema, { id: ' x ' }, 'input', 'a')).resolves.toEqual({ id: 'x', times: 1 });
  });

  test('of zod names each field that is wrong, and that nothing was executed', async () => {
    const schema = z.object({ to: z.string(), user: z.object({ id: z.number() }) });
    await expect(checkSchema(schema, { user: { id: 'x' } }, 'input', 'email.send')).rejects.toThrow(
      invalidInput(
        /The input of "email\.send" is not valid: `to`: .*; `user\.id`: .*\. Nothing was executed\.$/,
      ),
    );
  });

  test('of an output has a cure of its own', async () => {
    const refused = checkSchema(z.string(), 1, 'output', 'email.send');
    await expect(refused).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
    await expect(refused).rejects.toThrow(/The output of "email\.send".*\. Return what its output schema/);
  });

  test('with a check that takes time is waited for', async () => {
    const schema = z.string().refine(async (text) => text === 'ok', 'is not ok');
    await expect(checkSchema(schema, 'ok', 'input', 'a')).resolves.toBe('ok');
    await expect(checkSchema(schema, 'no', 'input', 'a')).rejects.toThrow(invalidInput(/is not ok/));
  });

  test('written by hand works as well', async () => {
    await expect(checkSchema(evenNumber, 4, 'input', 'a')).resolves.toEqual({ even: 4 });
    await expect(checkSchema(evenNumber, 3, 'input', 'a')).rejects.toThrow(
      invalidInput(/`list\.0\.Symbol\(s\)`: is odd\./),
    );
  });

  test('with hundreds of issues tells the first ten', async () => {
    const refused = checkSchema(
      z.array(z.string()),
      Array.from({ length: 500 }, () => 1),
      'input',
      'a',
    );
    const error = (await refused.catch((thrown: unknown) => thrown)) as Error;
    expect(error.message.match(/expected string/g)).toHaveLength(10);
  });
});

describe('a value that is no JSON', () => {
  test.each([
    ['input', 'INPUT_INVALID', 'Nothing was executed.'],
    ['output', 'OUTPUT_INVALID', 'Return what its output schema and JSON can hold.'],
  ] as const)('is refused as %s with the field and the cure', (side, code, cure) => {
    expect(() => checkJson({ when: [1n] }, side, 'pay')).toThrow(
      expect.objectContaining({
        code,
        message: `The ${side} of "pay" is not valid: it has a bigint at \`when[0]\`, which JSON cannot hold. ${cure}`,
      }),
    );
  });

  test('is refused also when it throws whatever is done to it', () => {
    const hostile = new Proxy({}, { ownKeys: refuse });
    expect(() => checkJson(hostile, 'output', 'pay')).toThrow(
      expect.objectContaining({ code: 'OUTPUT_INVALID' }),
    );
  });
});
