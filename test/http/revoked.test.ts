import { expect, test } from 'vitest';
import { keyAuthenticator } from '../../src/http/api-key.ts';
import { findKey } from '../../src/store/find-key.ts';
import { createKey, revokeKey } from '../../src/store/keys.ts';
import { describeWithPostgres } from '../store/postgres.ts';
import { serve } from './support.ts';

describeWithPostgres('a key that is revoked', (databases) => {
  test('case 43: what it has started runs on and is answered, and its next request is 401', async () => {
    const store = await databases.store();
    const { key, id } = await createKey(store, { name: 'billing' });
    const api = await serve({ authenticate: keyAuthenticator([], (bearer) => findKey(store, bearer)) });
    const headers = { authorization: `Bearer ${key}` };
    const running = api.send({ headers });
    await expect.poll(() => api.backend.waiting).toBe(1);

    await revokeKey(store, id);
    expect((await api.send({ headers })).body).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
    expect(api.backend.started).toHaveLength(1);
    api.backend.close('inv_1', { status: 'completed', output: 'done' });
    expect(await running).toMatchObject({ status: 200, body: { status: 'completed', output: 'done' } });
  });
});
