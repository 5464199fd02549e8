import { expect, it } from 'vitest';
import { readAllowList } from '../../../src/actions/http/allow-list.ts';

const PUBLIC = '8.8.8.8';

it.each([
  [undefined, 'api.example.com', 443, PUBLIC, true],
  ['', 'api.example.com', 80, PUBLIC, true],
  [undefined, 'api.example.com', 7233, PUBLIC, false],
  [undefined, 'api.example.com', 5432, PUBLIC, false],
  [undefined, 'api.example.com', 25, PUBLIC, false],
  [undefined, 'api.example.com', 443, '10.0.0.1', false],
  ['none', 'api.example.com', 443, PUBLIC, false],
  ['public:8443', 'api.example.com', 8443, PUBLIC, true],
  ['public:8443', 'api.example.com', 443, PUBLIC, false],
  ['public:*', 'api.example.com', 7233, PUBLIC, true],
  ['public:*', 'api.example.com', 7233, '127.0.0.1', false],
  ['api.example.com', 'api.example.com', 443, PUBLIC, true],
  ['API.Example.com', 'api.example.com', 443, PUBLIC, true],
  ['api.example.com', 'api.example.com', 443, '10.0.0.1', true],
  ['api.example.com', 'api.example.com', 8080, '10.0.0.1', false],
  ['api.example.com', 'evil.example.com', 443, PUBLIC, false],
  ['api.example.com', 'evil-api.example.com', 443, PUBLIC, false],
  ['api.example.com', 'api.example.com.evil.net', 443, PUBLIC, false],
  ['*.example.com', 'api.example.com', 443, PUBLIC, true],
  ['*.example.com', 'example.com', 443, PUBLIC, false],
  ['*.example.com', 'evilexample.com', 443, PUBLIC, false],
  ['localhost:8080', 'localhost', 8080, '127.0.0.1', true],
  ['localhost:8080', 'localhost', 8081, '127.0.0.1', false],
  ['10.1.0.0/16', 'whatever', 443, '10.1.2.3', true],
  ['10.1.0.0/16', 'whatever', 443, '10.2.2.3', false],
  ['10.1.0.0/16', 'whatever', 5432, '10.1.2.3', false],
  ['10.1.0.0/16:*', 'whatever', 5432, '10.1.2.3', true],
  ['10.1.0.0/16', 'whatever', 443, '::ffff:10.1.2.3', false],
  ['127.0.0.1', 'localhost', 80, '127.0.0.1', true],
  ['127.0.0.1', 'localhost', 80, '127.0.0.2', false],
  ['[fd00::/8]:8080', 'inside', 8080, 'fd12::1', true],
  ['[fd00::/8]:8080', 'inside', 8080, 'fe80::1', false],
  ['[::1]', 'localhost', 80, '::1', true],
  [' public , 10.1.0.0/16 ', 'whatever', 443, '10.1.2.3', true],
  [' public , 10.1.0.0/16 ', 'whatever', 443, PUBLIC, true],
])('HTTP_ALLOW_HOSTS=%s and %s:%i at %s: %s', (text, host, port, address, allowed) => {
  expect(readAllowList(text)({ host, port }, address)).toBe(allowed);
});

it.each([
  'http://api.example.com',
  'api.example.com/path',
  'fd00::/8',
  '[fd00::/8',
  '10.1.0.0/33',
  '10.1',
  '010.1.0.0/16',
  '1.2.3.256',
  'public:65536',
  'a b',
  'public,',
  '*',
  'api.*.com',
])('refuses the setting %s, and says which entry of it', (text) => {
  expect(() => readAllowList(text)).toThrow(
    /^HTTP_ALLOW_HOSTS of the worker has the entry ".*", which is none/,
  );
});
