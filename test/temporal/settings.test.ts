import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configuredTemporal } from '../../src/temporal/settings.ts';
import { tempDir } from '../runtime/temp-dir.ts';

/** Nobody's own profile is read: the file is either the test's or does not exist. */
const from = (env: NodeJS.ProcessEnv, toml?: string) => {
  const folder = tempDir(toml === undefined ? {} : { 'temporal.toml': toml });
  return configuredTemporal({ TEMPORAL_CONFIG_FILE: join(folder, 'temporal.toml'), ...env });
};

const TOML = `
[profile.default]
address = "default.example.com:7233"
namespace = "from-file"

[profile.prod]
address = "prod.example.com:7233"
namespace = "payments"
api_key = "secret"
`;

describe('the configured Temporal', () => {
  test('is that of TEMPORAL_ADDRESS, with the default namespace and no known Web UI', () => {
    expect(from({ TEMPORAL_ADDRESS: 'temporal.example.com:7233' })).toMatchObject({
      connectionOptions: { address: 'temporal.example.com:7233' },
      namespace: 'default',
      ui: null,
    });
  });

  test('has the namespace, key and Web UI that the environment gives', () => {
    const settings = from({
      TEMPORAL_ADDRESS: 'a:7233',
      TEMPORAL_NAMESPACE: 'orders',
      TEMPORAL_API_KEY: 'k',
      TEMPORAL_UI_URL: 'https://ui.example.com//',
    });
    expect(settings).toMatchObject({ namespace: 'orders', ui: 'https://ui.example.com' });
    expect(settings!.connectionOptions).toMatchObject({ apiKey: 'k', tls: true });
  });

  test('is that of the default profile', () => {
    expect(from({}, TOML)).toMatchObject({
      connectionOptions: { address: 'default.example.com:7233' },
      namespace: 'from-file',
    });
  });

  test('is that of the profile that TEMPORAL_PROFILE names', () => {
    expect(from({ TEMPORAL_PROFILE: 'prod' }, TOML)).toMatchObject({
      connectionOptions: { address: 'prod.example.com:7233', apiKey: 'secret' },
      namespace: 'payments',
    });
  });

  test('takes from the environment what both say', () => {
    expect(from({ TEMPORAL_ADDRESS: 'mine:7233', TEMPORAL_PROFILE: 'prod' }, TOML)).toMatchObject({
      connectionOptions: { address: 'mine:7233' },
      namespace: 'payments',
    });
  });
});

describe('without an address', () => {
  test.each([
    ['nothing set', {}],
    ['an empty TEMPORAL_ADDRESS', { TEMPORAL_ADDRESS: '' }],
    ['a namespace only', { TEMPORAL_NAMESPACE: 'orders' }],
    ['NODE_ENV=test', { NODE_ENV: 'test' }],
  ])('and with %s the embedded server is used', (_, env) => {
    expect(from(env)).toBeUndefined();
  });

  test('production is refused, and told what to set', () => {
    expect(() => from({ NODE_ENV: 'production' })).toThrow(
      expect.objectContaining({
        code: 'TEMPORAL_NOT_CONFIGURED',
        message: expect.stringMatching(
          /NODE_ENV is "production".*Set TEMPORAL_ADDRESS.*temporal\.toml/,
        ) as string,
      }),
    );
  });

  test('production with an address is accepted', () => {
    expect(from({ NODE_ENV: 'production', TEMPORAL_ADDRESS: 'a:7233' })).toBeDefined();
  });
});
