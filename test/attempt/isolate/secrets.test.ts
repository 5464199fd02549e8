import { expect, test } from 'vitest';
import './fixtures/actions.ts';
import { failureOf, fakeHost, run } from './support.ts';

const VALUE = 'hunter2-hunter2';

function knowing(secrets: Record<string, string>) {
  const fake = fakeHost();
  fake.host.secrets = (name) => secrets[name];
  return fake;
}

test('an isolated attempt has the secrets of its worker, and tells none of them, printed or not', async () => {
  const fake = knowing({ TOKEN: VALUE });
  const output = await run('isolate.secretive', {}, fake);
  expect(output).toEqual({ length: VALUE.length, told: '[redacted]', environment: null });
  const { failure } = await failureOf('isolate.secretive', { fails: true }, fake);
  expect(failure).toMatchObject({ message: 'thrown [redacted]' });
  expect(fake.lines.map(({ message }) => message)).toContain('printed [redacted]');
  expect(JSON.stringify([failure, fake.lines, fake.beats])).not.toContain(VALUE);
});

test('an isolated attempt whose worker lacks a secret begins no process', async () => {
  const { failure } = await failureOf('isolate.secretive', {}, knowing({}));
  expect(failure).toMatchObject({ code: 'SECRET_MISSING', type: 'SECRET_MISSING', nonRetryable: false });
});
