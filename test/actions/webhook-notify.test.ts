import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { webhookNotify } from '../../src/actions/index.ts';
import { attemptOf, failureOf, tokenOf } from './attempt-of.ts';
import type { Seen } from './http/server.ts';
import { allow, answering, serve } from './http/server.ts';

const newSecret = (bytes = 24) => `whsec_${randomBytes(bytes).toString('base64')}`;
const SECRET = newSecret();

beforeEach(() => {
  allow('127.0.0.1:*');
  vi.stubEnv('WEBHOOK_SECRET', SECRET);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

const event = {
  type: 'invoice.paid',
  data: { id: 'in_1', ü: ['ä', null] },
  timestamp: '2026-11-22T10:00:00Z',
};

/** As a receiver with that secret reads it; throws where it would refuse it. */
const verified = (secret: string, { body, headers }: Seen): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

it('posts type, time and data, signed so that the official library takes it', async () => {
  const server = await serve(answering(204));
  const output = await attemptOf(webhookNotify, { url: `${server.origin}/hooks?x=1`, ...event });
  const [seen] = server.seen;
  expect(seen).toMatchObject({ method: 'POST', url: '/hooks?x=1' });
  expect(seen!.headers['content-type']).toBe('application/json');
  expect(verified(SECRET, seen!)).toEqual(event);
  expect(() => verified(newSecret(), seen!)).toThrow('No matching signature');
  expect(() => verified(SECRET, { ...seen!, body: seen!.body.replace('in_1', 'in_2') })).toThrow();
  expect(output).toEqual({ webhookId: seen!.headers['webhook-id'], status: 204 });
});

it('has one webhook-id for all attempts, another for another invocation, and the time of the attempt', async () => {
  const server = await serve(answering(200));
  const input = { url: server.origin, ...event };
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  await attemptOf(webhookNotify, input, { attempt: 1 });
  vi.setSystemTime(1_700_000_900_000);
  await attemptOf(webhookNotify, input, { attempt: 2 });
  await attemptOf(webhookNotify, input, { token: 'webhook.notify/another-run' });
  const ids = server.seen.map(({ headers }) => headers['webhook-id'] as string);
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
  // Full stops separate what is signed, and the token has some.
  expect(tokenOf(webhookNotify)).toContain('.');
  for (const id of ids) expect(id).toMatch(/^msg_[\w-]{32}$/);
  const times = server.seen.map(({ headers }) => headers['webhook-timestamp']);
  expect(times.slice(0, 2)).toEqual(['1700000000', '1700000900']);
  expect(verified(SECRET, server.seen[1]!)).toEqual(event);
});

describe('secrets', () => {
  it.each([', ', ' ', ','])('of a rotation, with %j between, all sign', async (between) => {
    const server = await serve(answering(200));
    const next = newSecret(512);
    vi.stubEnv('WEBHOOK_SECRET', [next, SECRET].join(between));
    await attemptOf(webhookNotify, { url: server.origin, ...event });
    expect(verified(SECRET, server.seen[0]!)).toEqual(event);
    expect(verified(next, server.seen[0]!)).toEqual(event);
  });

  it('of an endpoint sign for it, and no other does', async () => {
    const server = await serve(answering(200));
    const billing = newSecret();
    const input = { url: server.origin, ...event, endpoint: 'billing' };
    expect(await failureOf(webhookNotify, input)).toMatchObject({
      type: 'WebhookNotConfigured',
      message: expect.stringContaining('WEBHOOK_SECRET_BILLING of the worker is not set') as string,
    });
    vi.stubEnv('WEBHOOK_SECRET_BILLING', billing);
    await attemptOf(webhookNotify, input);
    expect(verified(billing, server.seen[0]!)).toEqual(event);
    expect(() => verified(SECRET, server.seen[0]!)).toThrow('No matching signature');
  });

  it.each([
    undefined,
    '',
    ' , ',
    's3cret',
    'whsec_',
    'whsec_s3cret!',
    newSecret(23),
    newSecret(513),
    `${SECRET},s3cret`,
  ])('set to %j sign nothing, and are not quoted', async (text) => {
    const server = await serve(answering(200));
    vi.stubEnv('WEBHOOK_SECRET', text);
    const failure = await failureOf(webhookNotify, { url: server.origin, ...event });
    expect(failure).toMatchObject({ type: 'WebhookNotConfigured', nonRetryable: true });
    expect(failure.message).toContain('WEBHOOK_SECRET of the worker');
    expect(JSON.stringify(failure)).not.toContain('s3cret');
    expect(JSON.stringify(failure)).not.toContain(SECRET);
    expect(server.connections()).toBe(0);
  });
});

it.each([
  [410, 'HttpPermanent', true],
  [400, 'HttpPermanent', true],
  [302, 'HttpPermanent', true],
  [429, 'HttpTransient', false],
  [500, 'HttpTransient', false],
  [503, 'HttpTransient', false],
])('a receiver that answers %i is %s', async (status, type, nonRetryable) => {
  const server = await serve(answering(status, { 'retry-after': '30', location: '/other' }, 'why'));
  const failure = await failureOf(webhookNotify, { url: server.origin, ...event });
  expect(failure).toMatchObject({ type, nonRetryable });
  expect(failure.retryAfterMs).toBe(nonRetryable ? undefined : 30_000);
  expect(server.seen).toHaveLength(1);
});

it.each([
  ['no type', { type: undefined }, 'type'],
  ['a type with a line break', { type: 'a\nb' }, 'type'],
  ['no data', { data: undefined }, 'data'],
  ['a time without a zone', { timestamp: '2026-11-22T10:00:00' }, 'timestamp'],
  ['an endpoint that names another variable', { endpoint: 'X=1' }, 'endpoint'],
  ['a secret', { secret: 's3cret' }, 'secret'],
  ['headers', { headers: { 'webhook-signature': 'v1,x' } }, 'headers'],
])('refuses %s before anything is sent, and names the field', async (_case, fields, field) => {
  const server = await serve(answering(200));
  const found = await failureOf(webhookNotify, { url: server.origin, ...event, ...fields });
  expect(found).toMatchObject({ code: 'INPUT_INVALID', nonRetryable: true });
  expect(found.message).toMatch(new RegExp(`[\`"]${field}[\`"]`));
  expect(server.connections()).toBe(0);
});

it('is of level idempotent, and tries for some seventeen hours', () => {
  expect(webhookNotify.level).toBe('idempotent');
  const { maximumAttempts, initialIntervalMs, backoffCoefficient, maximumIntervalMs } = webhookNotify.policy;
  const waits = Array.from({ length: maximumAttempts - 1 }, (_, n) =>
    Math.min(initialIntervalMs * backoffCoefficient ** n, maximumIntervalMs),
  );
  expect(Math.round(waits.reduce((sum, wait) => sum + wait, 0) / 3_600_000)).toBe(17);
});
