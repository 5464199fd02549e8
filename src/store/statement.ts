import type { QueryConfig } from 'pg';
import type { TransactionQuery } from '../core/context.ts';
import { DoError } from '../core/errors.ts';

/** What the lexer of Postgres skips; a block comment nests, so that it is found by `skipBlockComment`. */
const BLANK = /^(?:[ \t\n\r\f\v;]+|--[^\n\r]*)/;
const WORD = /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*/i;

/** The statement as pg takes it; refuses what would end the transaction from under the platform. */
export function statementOf(
  sql: string | TransactionQuery,
  params: readonly unknown[] | undefined,
): QueryConfig {
  const { text, values, rowMode, types } =
    typeof sql === 'string' ? ({ text: sql } as TransactionQuery) : sql;
  if (typeof text !== 'string') {
    throw new DoError(
      'TRANSACTION_CLOSED',
      'Expected a statement as a string or as { text, values }; cursors and streams of pg are not offered.',
    );
  }
  refuseControl(text);
  return {
    text,
    values: [...(params ?? values ?? [])],
    ...(rowMode && { rowMode }),
    ...(types !== undefined && { types }),
    // In this mode the server takes one statement at a time: nothing can hide behind the first word.
    queryMode: 'extended',
  } as QueryConfig;
}

function refuseControl(text: string): void {
  const [first = '', second = '', third = ''] = firstWords(text, 3);
  const isSavepoint = first === 'rollback' && (second === 'to' || third === 'to');
  const isControl =
    ['begin', 'start', 'commit', 'end', 'rollback', 'abort'].includes(first) ||
    (first === 'prepare' && second === 'transaction');
  if (!isControl || isSavepoint) return;
  throw new DoError(
    'TRANSACTION_CLOSED',
    `\`${[first, second].join(' ').trim()}\` is not for the handler: the platform begins and ends the transaction, so that the effect commits with the attempt's output. Throw to roll everything back; use SAVEPOINT and ROLLBACK TO for a part.`,
  );
}

function firstWords(text: string, count: number): string[] {
  const words: string[] = [];
  let rest = skipBlanks(text);
  while (words.length < count) {
    const word = WORD.exec(rest)?.[0];
    if (word === undefined) break;
    words.push(word.toLowerCase());
    rest = skipBlanks(rest.slice(word.length));
  }
  return words;
}

function skipBlanks(text: string): string {
  let rest = text;
  for (;;) {
    const length = rest.startsWith('/*') ? blockComment(rest) : (BLANK.exec(rest)?.[0].length ?? 0);
    if (length === 0) return rest;
    rest = rest.slice(length);
  }
}

/** Its length; one that is never closed reaches to the end, where the server refuses it. */
function blockComment(text: string): number {
  let depth = 0;
  for (const mark of text.matchAll(/\/\*|\*\//g)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.index + 2;
  }
  return text.length;
}
