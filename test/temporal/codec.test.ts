import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Payload } from '@temporalio/common';
import { describe, expect, test, vi } from 'vitest';
import { decodeWire } from '../../src/temporal/codec-server.ts';
import { mapPayloads, openPayloads } from '../../src/temporal/codec-walk.ts';
import { keyIdOf, PayloadCipher } from '../../src/temporal/codec.ts';
import { newKey, parseKeys } from '../../src/temporal/encryption-keys.ts';
import { fromPayloads, readPayloads, toPayload, toPayloads } from '../../src/temporal/payloads.ts';
import { WorkerCodec } from '../../src/temporal/worker-codec.ts';

const [one, two] = [newKey('one'), newKey('two')];
const cipherOf = (...keys: string[]) => new PayloadCipher(parseKeys(keys.join(',')));
const textOf = ({ data }: Payload) => Buffer.from(data ?? []).toString('latin1');
const valueOf = (payload: Payload) => fromPayloads({ payloads: [payload] })[0];

describe('a payload', () => {
  test.each([[{ card: '4242' }], [null], ['é'.repeat(700)], [undefined]])(
    'is the same again once decrypted: %j',
    (value) => {
      const cipher = cipherOf(one);
      const sealed = cipher.seal(toPayload(value));
      expect([keyIdOf(sealed), textOf(sealed).includes('4242')]).toEqual(['one', false]);
      expect([valueOf(cipher.open(sealed))]).toEqual([value]);
    },
  );

  test('is never encrypted twice, nor twice to the same bytes', () => {
    const cipher = cipherOf(one);
    const sealed = cipher.seal(toPayload('x'));
    expect(cipher.seal(sealed)).toBe(sealed);
    expect(cipher.seal(toPayload('x')).data).not.toEqual(sealed.data);
  });

  test('of an older key is decrypted as long as the key is there, and told by its id afterwards', () => {
    const sealed = cipherOf(one).seal(toPayload('x'));
    expect(valueOf(cipherOf(two, one).open(sealed))).toBe('x');
    expect(keyIdOf(cipherOf(two, one).seal(toPayload('x')))).toBe('two');
    expect(valueOf(cipherOf(two).open(sealed))).toEqual({ encrypted: 'one' });
    expect(() => readPayloads({ payloads: [sealed] })).toThrow(/the key "one", which is not in/);
  });

  test('that was not encrypted stays readable, and stays as it is where nothing is', () => {
    const plain = toPayload('x');
    expect([cipherOf(one).open(plain), cipherOf('plain', one).seal(plain)]).toEqual([plain, plain]);
  });

  test.each([
    ['a bit of it is flipped', (data: Uint8Array) => data.map((byte, at) => (at === 14 ? byte ^ 1 : byte))],
    ['its end is cut off', (data: Uint8Array) => data.slice(0, -1)],
    ['all but a few bytes are cut off', (data: Uint8Array) => data.slice(0, 5)],
  ])('is refused when %s', (_, change) => {
    const sealed = cipherOf(one).seal(toPayload('x'));
    expect(() => cipherOf(one).require({ ...sealed, data: change(sealed.data!) })).toThrow(/was changed/);
  });

  test('is refused under another id, also where that has the same key', () => {
    const same = one.replace('one:', 'eno:');
    const sealed = cipherOf(one).seal(toPayload('x'));
    const metadata = { ...sealed.metadata, 'encryption-key-id': Buffer.from('eno') };
    expect(() => cipherOf(same).require({ ...sealed, metadata })).toThrow(/was changed/);
  });
});

describe('a message', () => {
  test('has its payloads mapped however deep they are, and search attributes left to the server', () => {
    const request = {
      input: toPayloads(1, 2),
      memo: { fields: { do: toPayload('memo') } },
      searchAttributes: { indexedFields: { Place: toPayload('found') } },
      retry: { seconds: 1 },
    };
    const sealed = mapPayloads(request, cipherOf(one).seal);
    expect(sealed.input.payloads.map(keyIdOf)).toEqual(['one', 'one']);
    expect(keyIdOf(sealed.memo.fields.do)).toBe('one');
    expect(sealed.searchAttributes).toEqual(request.searchAttributes);
    expect(keyIdOf(request.input.payloads[0]!)).toBeUndefined();
    const { input, memo } = openPayloads(sealed, cipherOf(one).open);
    expect([...fromPayloads(input), valueOf(memo.fields.do)]).toEqual([1, 2, 'memo']);
  });

  test('has the message and stack of its failures again, or none where the key is not there', () => {
    const { seal, open } = cipherOf(one);
    const attributes = seal(toPayload({ message: 'no funds', stack_trace: 'at charge' }));
    const answer = () => ({
      failure: {
        message: 'Encoded failure',
        cause: { message: 'Encoded failure', encodedAttributes: attributes },
      },
    });
    const opened = { message: 'no funds', stackTrace: 'at charge' };
    expect(openPayloads(answer(), open).failure.cause).toMatchObject(opened);
    expect(openPayloads(answer(), cipherOf(two).open).failure.cause.message).toBe('Encoded failure');
  });
});

describe('a worker', () => {
  test('that lacks a key says so once, and is not ready from then on', async () => {
    const told = vi.fn();
    const codec = new WorkerCodec(cipherOf(two), told);
    const sealed = cipherOf(one).seal(toPayload('x'));
    codec.check();
    for (let time = 0; time < 2; time++)
      await expect(codec.decode([sealed])).rejects.toMatchObject({ name: 'ENCRYPTION_KEY_MISSING' });
    expect(told).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('the key "one"'));
    expect(() => codec.check()).toThrow(/the key "one"/);
  });
});

describe('the codec server', () => {
  const wire = ({ metadata, data }: Payload) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]),
    ),
    data: Buffer.from(data ?? []).toString('base64'),
  });

  test('decodes what Temporal sends it, and gives back what it cannot decrypt', () => {
    const { seal } = cipherOf(one);
    const lost = wire(cipherOf(two).seal(toPayload('lost')));
    const payloads = [wire(seal(toPayload({ a: 1 }))), wire(toPayload('plain')), lost];
    const answer = decodeWire({ payloads }, cipherOf(one));
    expect(answer.payloads).toEqual([wire(toPayload({ a: 1 })), wire(toPayload('plain')), lost]);
  });

  test.each([
    [null],
    [{}],
    [{ payloads: [1] }],
    [{ payloads: [{ data: 1 }] }],
    [{ payloads: [{ metadata: null }] }],
  ])('refuses what is no such request: %j', (body) =>
    expect(() => decodeWire(body, cipherOf(one))).toThrow(/Expected `{ "payloads"/),
  );
});

test('every call to Temporal goes through the service that encrypts', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const using = files.filter((file) => readFileSync(join('src', file), 'utf8').includes('workflowService'));
  expect(using).toEqual([join('temporal', 'connection.ts')]);
});
