import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Action } from '../../src/core/action.ts';
import type { ActionContext } from '../../src/core/context.ts';
import type { Audit, Invocation } from '../../src/core/invocation.ts';
import type { TestSystem } from '../remote/system.ts';
import { KEY, startSystem } from '../remote/system.ts';

/** Far below the client's own patience, far above what any row needs: a row that reaches it hangs. */
const HANG_MS = 20_000;

type Handler = (input: unknown, ctx: ActionContext) => unknown;
type Row = [what: string, handler: Handler, expected: object];

const refuse = (): never => {
  throw new Error('must not be read');
};
const cycle = (): object => {
  const self: { self?: unknown } = {};
  self.self = self;
  return self;
};
const deep = (levels: number): unknown => {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level++) value = [value];
  return value;
};
const causedByItself = (): Error => {
  const error = new Error('a cycle of causes');
  error.cause = error;
  return error;
};
const throwing =
  (thrown: () => unknown): Handler =>
  () => {
    throw thrown();
  };
const forever = () => new Promise<never>(() => undefined);

const INVALID = { status: 'failed', attempts: 1, output: null, error: { code: 'OUTPUT_INVALID' } };
const outputs: Row[] = [
  ['a BigInt', () => ({ n: 1n }), INVALID],
  ['a function', () => () => 1, INVALID],
  ['a symbol in a list', () => [Symbol('s')], INVALID],
  ['a cycle', cycle, INVALID],
  ['a Map', () => ({ map: new Map([[1, 2]]) }), INVALID],
  ['a getter that throws', () => Object.defineProperty({}, 'x', { get: refuse, enumerable: true }), INVALID],
  ['a Proxy that throws', () => new Proxy({}, { ownKeys: refuse }), INVALID],
  ['a toJSON that throws', () => ({ toJSON: refuse }), INVALID],
  ['65 levels', () => deep(65), INVALID],
  ['20,000 levels', () => deep(20_000), INVALID],
  ['3 MB', () => 'x'.repeat(3_000_000), INVALID],
  ['what its schema refuses', () => ({ id: 7 }), INVALID],
];

const returned = (output: unknown) => ({ status: 'completed', attempts: 1, output, error: null });
const normalised: Row[] = [
  ['nothing', () => undefined, returned(null)],
  ['a Date', () => new Date(0), returned('1970-01-01T00:00:00.000Z')],
  ['NaN and undefined', () => ({ a: NaN, b: undefined }), returned({ a: null })],
  [
    'a key __proto__',
    () => JSON.parse('{"__proto__":1}') as unknown,
    returned(JSON.parse('{"__proto__":1}')),
  ],
  ['64 levels', () => deep(64), returned(deep(64))],
  ['what looks like an error', () => ({ error: { code: 'X' } }), returned({ error: { code: 'X' } })],
];

const failure = (error: object) => ({
  status: 'failed',
  attempts: 2,
  output: null,
  error: { code: 'INVOCATION_FAILED', type: 'Error', ...error },
});
const thrown: Row[] = [
  ['a string', throwing(() => 'out of stock'), failure({ message: 'out of stock' })],
  ['null', throwing(() => null), failure({ message: 'null' })],
  ['undefined', throwing(() => undefined), failure({ message: 'undefined' })],
  ['a symbol', throwing(() => Symbol('s')), failure({ message: 'Symbol(s)' })],
  ['an object', throwing(() => ({ reason: 7 })), failure({ message: '{"reason":7}' })],
  [
    'an object with a type',
    throwing(() => ({ type: 'CardDeclined', message: 'no' })),
    failure({ type: 'CardDeclined', message: 'no' }),
  ],
  [
    'an error of 3 MB',
    throwing(() => new Error('x'.repeat(3_000_000))),
    failure({ message: expect.stringMatching(/^x{4096}… \(2995904 more characters\)$/) as string }),
  ],
  ['an error that is its own cause', throwing(causedByItself), failure({ message: 'a cycle of causes' })],
  ['a Proxy that throws', throwing(() => new Proxy({}, { get: refuse, ownKeys: refuse })), failure({})],
  [
    'an error with half a surrogate pair',
    throwing(() => new Error('\ud800')),
    failure({ message: '\ufffd' }),
  ],
  // An async function reads `then` of what it returns, so this never becomes an output.
  [
    'by returning what cannot be awaited',
    () => new Proxy({}, { get: refuse }),
    failure({ message: 'must not be read' }),
  ],
  ['an async rejection', async () => Promise.reject(new Error('later')), failure({ message: 'later' })],
];

const TIMED_OUT = failure({ type: 'AttemptTimedOut' });
const endless: Row[] = [
  ['that never ends', forever, TIMED_OUT],
  ['that ends when its signal aborts', (_input, { signal }) => untilAborted(signal), TIMED_OUT],
  ['that goes on after its signal', (_input, { signal }) => untilAborted(signal).catch(forever), TIMED_OUT],
];

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

const tables = {
  'a handler that returns': outputs,
  'a handler that may return': normalised,
  'a handler that throws': thrown,
  'a handler': endless,
};

const nameOf = (group: string, what: string) =>
  `bad.${`${group} ${what}`.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;

let system: TestSystem;
beforeAll(async () => {
  for (const [group, rows] of Object.entries(tables)) {
    for (const [what, handler] of rows) {
      new Action({
        name: nameOf(group, what),
        retry: { maximumAttempts: 2, initialInterval: '10ms' },
        timeout: rows === endless ? '300ms' : '10s',
        ...(what.includes('schema') && { output: z.object({ id: z.string() }) }),
        handler: handler as () => never,
      });
    }
  }
  system = await startSystem();
});
afterAll(() => (system as TestSystem | undefined)?.close());

const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };

async function invoke(name: string): Promise<{ invocation: Invocation; audit: Audit }> {
  const signal = AbortSignal.timeout(HANG_MS);
  const url = `${system.url}/v1/actions/${name}/invoke`;
  const answer = await fetch(url, { method: 'POST', headers, body: 'null', signal });
  expect(answer.status).toBe(200);
  const invocation = (await answer.json()) as Invocation;
  const audit = (await (
    await fetch(system.url + invocation.links.audit, { headers, signal })
  ).json()) as Audit;
  return { invocation, audit };
}

for (const [group, rows] of Object.entries(tables)) {
  describe(group, () => {
    test.each(rows)(
      `${group} %s has one outcome, and all of its attempts are on record`,
      async (what, _, expected) => {
        const { invocation, audit } = await invoke(nameOf(group, what));
        expect(invocation).toMatchObject(expected);
        const started = audit.entries.filter(({ type }) => type === 'attempt.started');
        expect(started.map(({ attempt }) => attempt)).toEqual([1, 2].slice(0, invocation.attempts));
        expect(audit.entries.at(-1)!.type).toBe(`invocation.${invocation.status}`);
      },
    );
  });
}
