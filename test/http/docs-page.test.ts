import { expect, test } from 'vitest';
import { serve } from './support.ts';

const get = (path: string) => ({ method: 'GET', path, headers: { authorization: null } });

test('the page of the API needs nothing from elsewhere, and runs nothing inline', async () => {
  const api = await serve();
  const page = await api.send(get('/docs'));
  expect(page.status).toBe(200);
  const policy = page.headers['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(page.text).not.toMatch(/<script>|\son\w+=|https?:/);
  const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
  expect(loaded.length).toBeGreaterThan(3);
  for (const path of loaded) {
    const { status, headers } = await api.send(get(path));
    expect([path, status]).toEqual([path, 200]);
    expect(headers['content-type']).toMatch(/^(text\/(css|javascript)|image\/png)/);
  }
});

test('what is not of the page is not there, whatever the path', async () => {
  const api = await serve();
  for (const file of [
    'index.html',
    'package.json',
    '..%2fpackage.json',
    '..%2f..%2f..%2fpackage.json',
    '__proto__',
  ])
    expect([file, (await api.send(get(`/docs/${file}`))).status]).toEqual([file, 404]);
});
