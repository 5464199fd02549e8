import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isName } from '../../src/core/name.ts';
import { toToolName } from '../../src/mcp/tool-name.ts';

test('a dot is two underscores, and what could be mistaken for another name ends with its hash', () => {
  expect(toToolName('email.send')).toBe('email__send');
  expect(toToolName('send-welcome_email')).toBe('send-welcome_email');
  expect(toToolName('email__send')).toMatch(/^email__send-X[0-9a-f]{10}$/);
  expect(toToolName('a_.b')).not.toBe(toToolName('a._b'));
  expect(toToolName('invocation_get')).toMatch(/^invocation_get-X/);
});

const names = fc
  .array(fc.stringMatching(/^[ab_][ab_0-]{0,30}$/), { minLength: 1, maxLength: 5 })
  .map((parts) => `x${parts.join('.')}`)
  .filter(isName);

test('no two names share a tool, and every model provider takes the name', () => {
  fc.assert(
    fc.property(fc.uniqueArray(names, { minLength: 2, maxLength: 200 }), (some) => {
      const tools = some.map(toToolName);
      expect(new Set(tools).size).toBe(some.length);
      for (const tool of tools) expect(tool).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    }),
    { numRuns: 200 },
  );
});
