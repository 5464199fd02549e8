import { expect, test } from 'vitest';
import { roughly } from '../../src/cli/durations.ts';
import { toDuration } from '../../src/core/duration.ts';
import { painter, table } from '../../src/cli/terminal.ts';

const rows = [
  ['a', 'first'],
  ['longer', 'second\n\x1b[31mrow'],
];

test('a table is aligned, cut to the width and bold above on a terminal', () => {
  const text = table(['NAME', 'WHAT'], rows, { isTTY: true, columns: 15 });
  expect(text.split('\n').slice(1)).toEqual(['a       first', 'longer  second…', '']);
  expect(text).toContain('NAME    WHAT');
});

test('a table is tab-separated where no terminal is, with nothing in a cell that breaks a row', () => {
  expect(table(['NAME', 'WHAT'], rows, {})).toBe('NAME\tWHAT\na\tfirst\nlonger\tsecond [31mrow\n');
});

test('text is coloured on a terminal, unless NO_COLOR or a dumb terminal says otherwise', () => {
  expect(painter({ isTTY: true }, {})('red', 'x')).toBe('\x1b[31mx\x1b[39m');
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    expect(painter({ isTTY: true }, env)('red', 'x')).toBe('x');
  }
  expect(painter({}, {})('red', 'x')).toBe('x');
});

test('durations are exact where they are settings and short where they are read', () => {
  expect([90_000, 120_000, 1_500, 7 * 86_400_000].map(toDuration)).toEqual(['90s', '2m', '1500ms', '7d']);
  expect([12, 1_240, 125_000, 7_500_000].map(roughly)).toEqual(['12 ms', '1.2 s', '2 m 5 s', '2 h 5 m']);
});
