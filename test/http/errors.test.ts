import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../src/core/errors.ts';
import { ROOT } from '../docs/support.ts';
import { serve } from './support.ts';

const get = (path: string, accept: string | null = null) => ({
  method: 'GET',
  path,
  headers: { authorization: null, accept },
});
/** What a browser sends for a page. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

test.each(Object.keys(ERRORS))('the type of a %s problem leads to its page, without a key', async (code) => {
  const api = await serve();
  const answer = await api.send(get(`/errors/${code}`, '*/*'));
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('text/markdown; charset=utf-8');
  expect(answer.text).toBe(readFileSync(join(ROOT, 'docs/errors', `${code}.md`), 'utf8'));
});

test('a refused request names the page that tells why', async () => {
  const api = await serve();
  const refused = await api.send({ headers: { authorization: null } });
  const page = await api.send(get(String(refused.body['type'])));
  expect(page.text).toMatch(/^# UNAUTHORIZED\n/);
});

test('a browser gets the page as HTML, escaped, with links that lead to other pages', async () => {
  const api = await serve();
  const answer = await api.send(get('/errors/UNAUTHORIZED', BROWSER));
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(answer.text).toContain('<title>UNAUTHORIZED</title>');
  expect(answer.text).toContain('Bearer &lt;key&gt;');
  const linking = await api.send(get('/errors/COMPENSATION_FAILED', BROWSER));
  expect(linking.text).toContain('<a href="/errors/INVOCATION_FAILED">INVOCATION_FAILED</a>');
});

describe('what is no code is 404 and never a file', () => {
  test.each([
    '/errors/NOTHING',
    '/errors/index',
    '/errors/unauthorized',
    '/errors/UNAUTHORIZED.md',
    '/errors/..%2f..%2fREADME',
    '/errors/..%2Findex',
    '/errors/__proto__',
    '/errors/constructor',
    '/errors/UNAUTHORIZED%00',
    '/errors/%zz',
    '/errors/',
    '/errors',
  ])('%s', async (path) => {
    const api = await serve();
    const answer = await api.send(get(path));
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
    expect(api.errors).toEqual([]);
  });
});
