import { expect, it } from 'vitest';
import { parseMailbox } from '../../../src/actions/email/address.ts';

it.each([
  ['ada@example.com', '', 'ada@example.com'],
  ['root@localhost', '', 'root@localhost'],
  ["o'brien+tag=1@mail.example-site.co.uk", '', "o'brien+tag=1@mail.example-site.co.uk"],
  ['a.b.c@xn--exmple-cua.com', '', 'a.b.c@xn--exmple-cua.com'],
  ['<ada@example.com>', undefined, undefined],
  ['Ada Lovelace <ada@example.com>', 'Ada Lovelace', 'ada@example.com'],
  ['Zoë Ω<zoe@example.com>', 'Zoë Ω', 'zoe@example.com'],
  ['"Doe, Jane" <jane@example.com>', 'Doe, Jane', 'jane@example.com'],
  ['.a@example.com', undefined, undefined],
  ['a..b@example.com', undefined, undefined],
  ['a.@example.com', undefined, undefined],
  ['a@-example.com', undefined, undefined],
  ['a@example-.com', undefined, undefined],
  ['a@example..com', undefined, undefined],
  ['a@example.com.', undefined, undefined],
  [' a@example.com', undefined, undefined],
  ['a@[127.0.0.1]', undefined, undefined],
  ['"a\\" <b@example.com>', undefined, undefined],
])('reads %j as name %j, address %j', (text, name, address) => {
  expect(parseMailbox(text)).toEqual(address === undefined ? undefined : { name, address });
});

it.each(['a', '-', 'a-', 'a.', ' ', '"'])('judges a long run of %j in no time', (part) => {
  const before = performance.now();
  for (const text of [part.repeat(400), `a@${part.repeat(398)}`, `${part.repeat(200)}<a@${part.repeat(190)}`])
    parseMailbox(text.slice(0, 400));
  expect(performance.now() - before).toBeLessThan(50);
});
