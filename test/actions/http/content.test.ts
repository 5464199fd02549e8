import { expect, it } from 'vitest';
import { contentOf } from '../../../src/actions/http/content.ts';

const content = (type: string | undefined, body: Buffer | string) =>
  contentOf({
    url: new URL('http://x'),
    method: 'GET',
    status: 200,
    statusText: 'OK',
    headers: type === undefined ? {} : { 'content-type': type },
    body: Buffer.from(body as string),
  });

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

it.each([
  ['application/json', '{"a":[1]}', { a: [1] }, 'json'],
  ['application/json; charset=utf-8', '"x"', 'x', 'json'],
  ['application/problem+json', '{}', {}, 'json'],
  ['application/vnd.x.v1+json', 'null', null, 'json'],
  ['application/json', '{"a":', '{"a":', 'text'],
  ['application/json', '', '', 'text'],
  ['application/json', deep(100), deep(100), 'text'],
  ['application/jsonl', '{}', '{}', 'text'],
  ['text/plain', '{}', '{}', 'text'],
  ['text/html; charset="utf-8"', 'ü', 'ü', 'text'],
  ['text/plain; charset=iso-8859-1', Buffer.from([0xfc]), 'ü', 'text'],
  ['text/plain', Buffer.from([0xfc]), '/A==', 'base64'],
  ['text/plain; charset=klingon', 'x', 'eA==', 'base64'],
  ['image/png', Buffer.from([0x89, 0x50, 0, 1]), 'iVAAAQ==', 'base64'],
  [undefined, 'plain', 'plain', 'text'],
])('a response of type %s with the body %j is %j as %s', (type, sent, body, encoding) => {
  expect(content(type, sent)).toEqual({ body, encoding });
});
