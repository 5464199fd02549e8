import { expect, test } from 'vitest';
import { durationText, jsonText, visible, visibleLine, webAddress } from '../../src/console/model/format.ts';
import type { View } from '../../src/console/model/route.ts';
import { hashOf, viewOf } from '../../src/console/model/route.ts';

test('a length of time has as many digits as somebody reads', () => {
  const shown = [0, 0.4, 999, 1_000, 9_999, 59_999, 60_000, 61_500, 3_600_000, 90_000_000];
  expect(shown.map(durationText)).toEqual([
    ...['0 ms', '0 ms', '999 ms', '1.0 s', '9.9 s', '59 s', '1 min', '1 min 1 s', '1 h', '1 d 1 h'],
  ]);
});

test('controls, and marks that turn the direction of a text, are written out', () => {
  expect(visible('\u001b[31mred\u001b[0m\r\nnext\u0000')).toBe('\\u001b[31mred\\u001b[0m\\r\nnext\\u0000');
  expect(visible('\u202egnp.exe\u200b')).toBe('\\u202egnp.exe\\u200b');
  expect(visibleLine('one\r\n\ttwo')).toBe('one\\r\\n\\ttwo');
  expect(jsonText({ a: '\u202eb\n' })).toBe('{\n  "a": "\\u202eb\\n"\n}');
  expect(visible('Grüße, 世界 <b>')).toBe('Grüße, 世界 <b>');
});

test('only the address of a page becomes a link', () => {
  expect(webAddress('https://ui.example/x')).toBe('https://ui.example/x');
  const others = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    '/path',
    '',
    null,
    undefined,
  ];
  for (const other of others) expect([other, webAddress(other)]).toEqual([other, undefined]);
});

test('an address leads back to the view that it was made of', () => {
  const views: View[] = [
    { page: 'invocations', filters: {} },
    {
      page: 'invocations',
      filters: { name: 'mail.send', status: 'failed', since: '2026-01-01T00:00:00.000Z' },
    },
    { page: 'invocation', id: 'inv_a-b_c' },
    { page: 'approvals' },
    { page: 'catalogue' },
    { page: 'definition', kind: 'workflow', name: 'order.place', from: 'inv_1' },
  ];
  for (const view of views) expect(viewOf(hashOf(view))).toEqual(view);
  expect(viewOf('')).toEqual({ page: 'invocations', filters: {} });
  for (const hash of ['#/nowhere', '#/catalogue/thing/x', '#/invocations/a/b', '#/%zz'])
    expect([hash, viewOf(hash).page]).toEqual([hash, 'unknown']);
  expect(viewOf('#/invocations?key=secret&name=x')).toEqual({ page: 'invocations', filters: { name: 'x' } });
});
