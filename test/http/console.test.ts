import { expect, test } from 'vitest';
import { serve } from './support.ts';

const get = (path: string) => ({ method: 'GET', path, headers: { authorization: null } });

test('the console needs nothing from elsewhere, runs nothing inline, and no text of it can become a script', async () => {
  const api = await serve();
  const page = await api.send(get('/console'));
  expect(page.status).toBe(200);
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  const policy = String(page.headers['content-security-policy']);
  expect(policy.split('; ')).toEqual(
    expect.arrayContaining([
      ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"],
      ...["form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"],
    ]),
  );
  expect(policy).not.toContain('unsafe');
  expect(page.text).not.toMatch(/<script>|<style|\son\w+=|\sstyle=|https?:/);
  const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
  expect(loaded).toHaveLength(3);
  for (const path of loaded) {
    const { status, headers } = await api.send(get(path));
    expect([path, status]).toEqual([path, 200]);
    expect(headers['content-type']).toMatch(/^(text\/(css|javascript)|image\/svg\+xml)/);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  }
});

test('what is not of the build is not there, whatever the path', async () => {
  const api = await serve();
  for (const file of [
    'index.html',
    'index.js',
    '..%2findex.js',
    '..%2f..%2fpackage.json',
    '__proto__',
    '.built',
  ])
    expect(await api.send(get(`/console/${file}`)), file).toMatchObject({
      status: 404,
      body: { code: 'ROUTE_NOT_FOUND' },
    });
});
