import { expect, test } from 'vitest';
import { keyAuthenticator } from '../../src/http/api-key.ts';

test('a key is known by its whole secret, whatever its length', async () => {
  const authenticate = keyAuthenticator([
    { id: 'a', secret: 'secret-a' },
    { id: 'b', secret: 'a-much-longer-secret-b' },
  ]);
  expect(await authenticate('secret-a')).toEqual({ id: 'a' });
  expect(await authenticate('a-much-longer-secret-b')).toEqual({ id: 'b' });
  for (const wrong of ['', 'secret-', 'secret-ab', 'SECRET-A', 'a']) {
    expect(await authenticate(wrong)).toBeUndefined();
  }
});

test('without keys nobody is known', async () => {
  expect(await keyAuthenticator([])('')).toBeUndefined();
});
