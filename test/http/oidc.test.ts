import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CryptoKey, JWTPayload } from 'jose';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { keyAuthenticator } from '../../src/http/api-key.ts';
import { oidcAuthenticator } from '../../src/http/oidc/authenticate.ts';
import { IssuerKeys } from '../../src/http/oidc/issuer-keys.ts';
import type { OidcOptions } from '../../src/http/oidc/settings.ts';
import { checkOidc, configuredOidc } from '../../src/http/oidc/settings.ts';
import { serve } from './support.ts';

interface Pair {
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

const AUDIENCE = 'https://do.example.com';
const pairs: Pair[] = [];
beforeAll(async () => {
  for (let n = 0; n < 2; n++) pairs.push(await generateKeyPair('ES256', { extractable: true }));
});

/** A real issuer on this machine: its configuration, its keys, and tokens it has signed. */
async function startIssuer() {
  const state = { isAway: false, fetches: 0, kids: ['one'], issuer: '', configured: '' };
  const pairOf = (kid: string) => pairs[kid === 'one' ? 0 : 1]!;
  const server = createServer((req, res) => {
    state.fetches++;
    if (state.isAway) return void req.socket.destroy();
    const isKeys = req.url === '/keys';
    const keysOf = async () => {
      const keys = state.kids.map(async (kid) => ({
        ...(await exportJWK(pairOf(kid).publicKey)),
        kid,
        use: 'sig',
      }));
      return { keys: await Promise.all(keys) };
    };
    const configuration = { issuer: state.configured || state.issuer, jwks_uri: `${state.issuer}/keys` };
    void Promise.resolve(isKeys ? keysOf() : configuration).then((body) => res.end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  state.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sign = (claims: JWTPayload = {}, { kid = 'one', key = pairOf(kid).privateKey } = {}) =>
    new SignJWT({
      sub: 'alice',
      iss: state.issuer,
      aud: AUDIENCE,
      scope: 'openid read:*',
      exp: inS(60),
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(key);
  return { state, sign };
}

const inS = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

async function start(options: Partial<OidcOptions> = {}) {
  const { state, sign } = await startIssuer();
  const errors: unknown[] = [];
  const authenticate = oidcAuthenticator({ issuer: state.issuer, audience: AUDIENCE, ...options }, (error) =>
    errors.push(error),
  );
  return { state, sign, errors, authenticate };
}

describe('a token of the issuer', () => {
  test('names its caller and its scopes, and what is no scope of ours is passed over', async () => {
    const { sign, authenticate } = await start();
    expect(await authenticate(await sign())).toEqual({ id: 'alice', scopes: ['read:*'] });
    const listed = await sign({ scope: ['admin', 'root', 7, 'invoke:email.*'] as never });
    expect(await authenticate(listed)).toEqual({ id: 'alice', scopes: ['admin', 'invoke:email.*'] });
    expect(await authenticate(await sign({ scope: undefined as never }))).toEqual({
      id: 'alice',
      scopes: [],
    });
  });

  test('has its claims where the settings say, and a caller cannot name a tenant by a colon', async () => {
    const claims = { scopeClaim: 'permissions', tenantClaim: 'org', callerClaim: 'email' };
    const { sign, authenticate } = await start(claims);
    const token = await sign({ permissions: ['operate'], org: 'acme', email: 'other:bob@x.com' });
    expect(await authenticate(token)).toEqual({ id: 'acme:other%3Abob@x.com', scopes: ['operate'] });
  });

  test('has a caller that fits into an id, whatever it is written with', async () => {
    const { sign, authenticate } = await start();
    expect(await authenticate(await sign({ sub: 'x'.repeat(255) }))).toMatchObject({ id: 'x'.repeat(255) });
    await expect(authenticate(await sign({ sub: '%'.repeat(255) }))).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('too long') as string,
    });
  });

  test('is looked at in the API as a key is', async () => {
    const { sign, authenticate } = await start();
    const api = await serve({ authenticate: keyAuthenticator([], authenticate) });
    const ask = async (token: string, method = 'GET') =>
      await api.send({
        ...(method === 'GET' ? { path: '/v1/actions' } : {}),
        method,
        headers: { authorization: `Bearer ${token}` },
      });
    expect((await ask(await sign())).status).toBe(200);
    expect((await ask(await sign(), 'POST')).body).toMatchObject({ code: 'FORBIDDEN' });
    const late = await ask(await sign({ exp: inS(-60) }));
    expect(late.body).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
    expect(late.body['detail']).toContain('it has expired');
  });
});

describe('a token is refused', () => {
  test.each<[string, JWTPayload, Partial<OidcOptions>?]>([
    ['that has expired', { exp: inS(-60) }],
    ['without an end', { exp: undefined }],
    ['that is not valid yet', { nbf: inS(120) }],
    ['for another audience', { aud: 'https://other.example.com' }],
    ['without an audience', { aud: undefined }],
    ['of another issuer', { iss: 'https://evil.example.com' }],
    ['that names nobody', { sub: undefined }],
    ['whose caller is empty', { sub: '' }],
    ['without the tenant it has to name', {}, { tenantClaim: 'org' }],
    ['of a tenant that is none', { org: 'a:b' }, { tenantClaim: 'org' }],
    ['of a tenant that is no text', { org: ['acme'] }, { tenantClaim: 'org' }],
  ])('%s', async (_, claims, options) => {
    const { sign, authenticate } = await start(options);
    await expect(authenticate(await sign(claims))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test('that nobody has signed, or the public key as if it were a secret', async () => {
    const { state, sign, authenticate } = await start();
    const [, body] = (await sign({ scope: 'admin' })).split('.');
    const forged = (alg: string, signature: (data: string) => string) => {
      const head = Buffer.from(JSON.stringify({ alg, kid: 'one', typ: 'JWT' })).toString('base64url');
      return `${head}.${body}.${signature(`${head}.${body}`)}`;
    };
    const spki = await exportSPKI(pairs[0]!.publicKey);
    const jwk = JSON.stringify(await exportJWK(pairs[0]!.publicKey));
    const hmac = (secret: string) => (data: string) =>
      createHmac('sha256', secret).update(data).digest('base64url');
    for (const token of [forged('none', () => ''), forged('HS256', hmac(spki)), forged('HS256', hmac(jwk))])
      await expect(authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    const stranger = await generateKeyPair('ES256');
    const other = sign({ scope: 'admin' }, { kid: 'one', key: stranger.privateKey });
    await expect(authenticate(await other)).rejects.toThrow('its signature is wrong');
    const signed = await sign();
    const changed = `${signed.split('.')[0]}.${Buffer.from(JSON.stringify({ sub: 'root', iss: state.issuer, aud: AUDIENCE, exp: inS(60) })).toString('base64url')}.${signed.split('.')[2]}`;
    await expect(authenticate(changed)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test('within half a minute clocks may differ', async () => {
    const { sign, authenticate } = await start();
    expect(await authenticate(await sign({ exp: inS(-10), nbf: inS(10) }))).toBeDefined();
  });

  test('what is no token is nobody, and nobody is asked about it', async () => {
    const { state, authenticate } = await start();
    for (const text of ['', 'a.b', 'do_0123456789abcdef_x', 'a.b.c.d', 'a b.c.d'])
      expect(await authenticate(text)).toBeUndefined();
    expect(state.fetches).toBe(0);
  });
});

describe('the keys of the issuer', () => {
  const clock = () => {
    let now = 0;
    return { pass: (ms: number) => (now += ms), read: () => now };
  };
  async function withKeys() {
    const { state, sign } = await startIssuer();
    const time = clock();
    const errors: unknown[] = [];
    const keys = new IssuerKeys(state.issuer, (error) => errors.push(error), time.read);
    const find = (kid: string) => keys.find({ alg: 'ES256', kid }, {} as never);
    return { state, sign, time, errors, find };
  }

  test('are fetched once by many requests, and anew for a key that is not known, but not at the rate of who makes them up', async () => {
    const { state, time, find } = await withKeys();
    await Promise.all(Array.from({ length: 20 }, () => find('one')));
    expect(state.fetches).toBe(2);
    await expect(find('two')).rejects.toThrow(/no applicable key/);
    expect(state.fetches).toBe(2);
    state.kids = ['one', 'two'];
    time.pass(31_000);
    expect(await find('two')).toBeDefined();
    await expect(find('three')).rejects.toThrow(/no applicable key/);
    expect(state.fetches).toBe(4);
  });

  test('that are taken back are refused within ten minutes', async () => {
    const { state, time, find } = await withKeys();
    await find('one');
    state.kids = ['two'];
    time.pass(9 * 60_000);
    expect(await find('one')).toBeDefined();
    time.pass(61_000);
    await expect(find('one')).rejects.toThrow(/no applicable key/);
  });

  test('go on while the issuer is away, for a day; then it is an outage and not an unknown token', async () => {
    const { state, time, errors, find } = await withKeys();
    await find('one');
    state.isAway = true;
    time.pass(3_600_000);
    expect(await find('one')).toBeDefined();
    expect(errors).toHaveLength(1);
    const { fetches } = state;
    await find('one');
    expect(state.fetches).toBe(fetches);
    time.pass(24 * 3_600_000);
    await expect(find('one')).rejects.toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
    state.isAway = false;
    time.pass(6_000);
    expect(await find('one')).toBeDefined();
  });

  test('of an issuer that is away, or is another one, are 503 and never 401', async () => {
    const { state, sign, authenticate, errors } = await start();
    const api = await serve({ authenticate: keyAuthenticator([], authenticate) });
    state.configured = 'https://evil.example.com';
    const answer = await api.send({ headers: { authorization: `Bearer ${await sign()}` } });
    expect(answer.body).toMatchObject({ status: 503, code: 'IDENTITY_UNAVAILABLE' });
    expect(answer.headers['retry-after']).toBe('2');
    expect(String((errors[0] as Error).cause)).toContain('evil.example.com');
  });
});

test.each([
  [{ issuer: 'http://login.example.com', audience: 'a' }, 'OIDC_ISSUER'],
  [{ issuer: 'login.example.com', audience: 'a' }, 'OIDC_ISSUER'],
  [{ issuer: 'https://login.example.com', audience: '' }, 'OIDC_AUDIENCE'],
])('settings that would trust anybody are refused: %j', (options, named) => {
  expect(() => checkOidc(options)).toThrow(
    expect.objectContaining({
      code: 'DEFINITION_INVALID',
      message: expect.stringContaining(named) as string,
    }),
  );
});

test('without an issuer in the environment there is none', () => {
  expect(configuredOidc({ OIDC_AUDIENCE: 'a' })).toBeUndefined();
  const env = { OIDC_ISSUER: 'https://i', OIDC_AUDIENCE: 'a', OIDC_TENANT_CLAIM: 'org' };
  expect(configuredOidc(env)).toMatchObject({ issuer: 'https://i', audience: 'a', tenantClaim: 'org' });
});
