import pg from 'pg';
import { vi } from 'vitest';

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The same, as soon as somebody answers there. */
export const queryWhenUp = (url: string, sql: string) =>
  vi.waitFor(() => query(url, sql), { timeout: 30_000, interval: 50 });
