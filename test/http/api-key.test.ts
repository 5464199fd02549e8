import { expect, test, vi } from 'vitest';
import { DoError } from '../../src/core/errors.ts';
import { keyAuthenticator } from '../../src/http/api-key.ts';
import { serve } from './support.ts';

test('a key is known by its whole secret, whatever its length', async () => {
  const authenticate = keyAuthenticator([
    { id: 'a', scopes: ['admin'], secret: 'secret-a' },
    { id: 'b', scopes: [], secret: 'a-much-longer-secret-b' },
  ]);
  expect(await authenticate('secret-a')).toEqual({ id: 'a', scopes: ['admin'] });
  expect(await authenticate('a-much-longer-secret-b')).toEqual({ id: 'b', scopes: [] });
  for (const wrong of ['', 'secret-', 'secret-ab', 'SECRET-A', 'a']) {
    expect(await authenticate(wrong)).toBeUndefined();
  }
});

test('without keys nobody is known', async () => {
  expect(await keyAuthenticator([])('')).toBeUndefined();
});

test('only what is no fixed key is looked up, and each time anew', async () => {
  const find = vi.fn(async (bearer: string) => (bearer === 'stored' ? { id: 'b', scopes: [] } : undefined));
  const authenticate = keyAuthenticator([{ id: 'a', scopes: ['admin'], secret: 'fixed' }], find);
  expect(await authenticate('fixed')).toEqual({ id: 'a', scopes: ['admin'] });
  expect(find).not.toHaveBeenCalled();
  expect(await authenticate('stored')).toEqual({ id: 'b', scopes: [] });
  expect(await authenticate('stored')).toEqual({ id: 'b', scopes: [] });
  expect(await authenticate('nobody')).toBeUndefined();
  expect(find).toHaveBeenCalledTimes(3);
});

test.each([
  ['STORE_UNAVAILABLE', new DoError('STORE_UNAVAILABLE', 'Postgres at db.internal:5432 is away.'), 1],
  ['STORE_UNAVAILABLE', new Error('every connection to db.internal is in use'), 1],
  ['TEMPORAL_UNAVAILABLE', new DoError('TEMPORAL_UNAVAILABLE', 'Temporal does not answer.'), 0],
])('a key that cannot be looked up is %s and not unknown (%#)', async (code, failure, logged) => {
  const api = await serve({ authenticate: keyAuthenticator([], () => Promise.reject(failure)) });
  const answer = await api.send({});
  expect(answer.status).toBe(503);
  expect(answer.body).toMatchObject({ code });
  expect(answer.headers['retry-after']).toBe('2');
  // Who asks is not known yet, so where the database is stays in the log.
  expect(answer.text).not.toContain('db.internal');
  expect(api.errors).toHaveLength(logged);
  expect(api.backend.started).toEqual([]);
});
