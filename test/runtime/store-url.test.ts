import { describe, expect, it } from 'vitest';
import { DoError } from '../../src/core/errors.ts';
import { configuredDatabase } from '../../src/runtime/store-url.ts';

function refusal(value: string): DoError {
  try {
    configuredDatabase({ DATABASE_URL: value });
  } catch (error) {
    if (error instanceof DoError) return error;
    throw error;
  }
  throw new Error(`${value} was taken`);
}

describe('DATABASE_URL', () => {
  it('names no database when it is unset or empty', () => {
    expect(configuredDatabase({})).toBeUndefined();
    expect(configuredDatabase({ DATABASE_URL: '' })).toBeUndefined();
    expect(configuredDatabase({ DATABASE_URL: ' \n' })).toBeUndefined();
  });

  it.each([
    'postgres://do:pw@127.0.0.1:5432/do',
    'postgresql://app:p%40ss@db.example.com/app?sslmode=verify-full',
    'postgres://%2Fvar%2Frun%2Fpostgresql/app',
    'postgresql:///app?host=/var/run/postgresql',
  ])('is taken as it is: %s', (url) => {
    expect(configuredDatabase({ DATABASE_URL: url })).toBe(url);
    expect(configuredDatabase({ DATABASE_URL: `${url}\n` })).toBe(url);
  });

  it.each([
    'mysql://app:geheim@db/app',
    'geheim',
    'postgres://app:ge/heim@db:5432/app',
    'app:geheim@db:5432/app',
    'geheim:secret@db/app',
    'host=db user=app password=geheim',
    'postgres',
  ])('is refused by name, its password kept back: %s', (value) => {
    const { code, message } = refusal(value);
    expect(code).toBe('DEFINITION_INVALID');
    expect(message).toContain('DATABASE_URL');
    expect(message).toContain('postgres://user:password@host:port/database');
    expect(message).not.toMatch(/geheim|heim/);
  });
});
