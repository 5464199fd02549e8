import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { executionOf, invocationIdOf, workflowIdOf } from '../../src/temporal/ids.ts';

const KEYS = [
  'k',
  'order 17',
  'a/b/c',
  '"quoted"',
  "it's",
  '../..',
  '%2F',
  'key=key=',
  '~',
  ' ',
  'x'.repeat(255),
];
const run = '01a200c5-c035-7986-ab5d-e9bdd3743b5e';

describe('an invocation id', () => {
  test.each([...KEYS, undefined])('names workflow and run for the key %j, and nothing else does', (key) => {
    const execution = { workflowId: workflowIdOf('email.send', 'local', key), firstRunId: randomUUID() };
    const id = invocationIdOf(execution);
    expect(executionOf(id)).toEqual(execution);
    expect(id).toMatch(/^inv_[A-Za-z0-9_-]+$/);
    expect(encodeURIComponent(id)).toBe(id);
  });

  test('also of a workflow id that this package did not make', () => {
    const execution = { workflowId: 'größer 😀/\0', firstRunId: run };
    expect(executionOf(invocationIdOf(execution))).toEqual(execution);
  });

  test('is another for another run of the same workflow', () => {
    const ids = [randomUUID(), randomUUID()].map((firstRunId) =>
      invocationIdOf({ workflowId: 'a', firstRunId }),
    );
    expect(new Set(ids).size).toBe(2);
  });
});

describe('what is no invocation id', () => {
  const id = invocationIdOf({ workflowId: 'a/local/1', firstRunId: run });
  const bytes = Buffer.from(id.slice(4), 'base64url');

  test.each<[string, string]>([
    ['nothing', ''],
    ['the prefix alone', 'inv_'],
    ['no prefix', id.slice(4)],
    ['another prefix', `INV_${id.slice(4)}`],
    ['a run without a workflow', `inv_${bytes.subarray(0, 16).toString('base64url')}`],
    ['too few bytes', 'inv_AAAA'],
    ['padded base64', `${id}${'='.repeat((4 - (bytes.length % 4)) % 4) || '='}`],
    [
      'base64 of the other alphabet',
      inOtherAlphabet(invocationIdOf({ workflowId: '???>>>', firstRunId: run })),
    ],
    ['a space in it', `${id.slice(0, 10)} ${id.slice(10)}`],
    ['a line break after it', `${id}\n`],
    ['bits that base64 leaves unused', otherSpelling(id)],
    ['bytes that are no text', `inv_${Buffer.concat([bytes, Buffer.from([0xff])]).toString('base64url')}`],
    ['a path', '../../etc/passwd'],
    ['something very long', `inv_${'!'.repeat(100_000)}`],
  ])('%s is not found', (_, wrong) => {
    expect(wrong).not.toBe(id);
    expect(() => executionOf(wrong)).toThrow(
      expect.objectContaining({
        code: 'INVOCATION_NOT_FOUND',
        message: expect.stringMatching(/^There is no invocation ".{0,64}"\. Ids come from/s) as string,
      }),
    );
  });
});

/** As `Buffer.toString('base64')` would write it. */
function inOtherAlphabet(id: string): string {
  const other = `inv_${id.slice(4).replaceAll('-', '+').replaceAll('_', '/')}`;
  expect(other).not.toBe(id);
  return other;
}

/** The same bytes, with the bits of the last character that carry none of them set otherwise. */
function otherSpelling(id: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const other = `${id.slice(0, -1)}${alphabet[alphabet.indexOf(id.at(-1)!) + 1]!}`;
  expect(Buffer.from(other.slice(4), 'base64url')).toEqual(Buffer.from(id.slice(4), 'base64url'));
  return other;
}

describe('a workflow id', () => {
  test('is readable', () => {
    expect(workflowIdOf('email.send', 'local', 'order-17')).toBe('email.send/local/key=order-17');
  });

  test('is the same for the same caller, name and key, and for nothing else', () => {
    const of = (name: string, caller: string, key: string) => workflowIdOf(name, caller, key);
    expect(of('a', 'b', 'c')).toBe(of('a', 'b', 'c'));
    const distinct = [
      of('a', 'b', 'c'),
      of('a', 'b/key=c', ''),
      of('a.b', 'b', 'c'),
      of('a', 'b', 'key=c'),
      of('a', 'b%2F', 'c'),
    ];
    expect(new Set(distinct).size).toBe(distinct.length);
  });

  test('without a key is never the same again, nor that of a key', () => {
    const ids = Array.from({ length: 1_000 }, () => workflowIdOf('a', 'b', undefined));
    expect(new Set(ids).size).toBe(1_000);
    expect(ids.some((id) => id.includes('key='))).toBe(false);
  });

  test('stays within what Temporal allows for the longest name and key', () => {
    expect(workflowIdOf('n'.repeat(128), 'c'.repeat(128), 'k'.repeat(255)).length).toBeLessThan(1_000);
  });
});
