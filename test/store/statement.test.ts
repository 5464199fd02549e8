import { describe, expect, test } from 'vitest';
import { statementOf } from '../../src/store/statement.ts';

describe('a statement of a handler', () => {
  test.each([
    'commit',
    'COMMIT WORK',
    '  \n\tCommit;',
    ';;commit',
    '-- a note\ncommit',
    '--\rcommit',
    '/* one /* two */ still one */ commit',
    '/**/commit/**/',
    'commit/**/prepared',
    'begin isolation level serializable',
    'start transaction',
    'end',
    'abort',
    'rollback',
    'rollback work',
    'rollback/* to */ work',
    'rollback -- to\n',
    "rollback prepared 'x'",
    "prepare /* it */ transaction 'x'",
  ])('is refused when it would begin or end the transaction: %j', (sql) => {
    expect(() => statementOf(sql, [])).toThrow(expect.objectContaining({ code: 'TRANSACTION_CLOSED' }));
  });

  test.each([
    'select 1',
    "select 'commit'",
    'savepoint a',
    'release a',
    'release savepoint commit',
    'rollback to a',
    'ROLLBACK TO SAVEPOINT a',
    'rollback work to savepoint a',
    'rollback transaction to a',
    'prepare p as select 1',
    'committed',
    'begin_of_something()',
    'ending',
    'abort2',
    'commit$',
    '-- commit',
    '/* commit',
    '(select 1)',
    '',
    ' ',
  ])('is passed on when it would not: %j', (sql) => {
    expect(statementOf(sql, undefined)).toMatchObject({ text: sql, values: [] });
  });

  test('may be an object, as query builders have it; parameters beside it win', () => {
    const types = { getTypeParser: () => String };
    const config = { text: 'select $1', values: [1], rowMode: 'array' as const, types, name: 'kept' };
    expect(statementOf(config, undefined)).toEqual({
      text: 'select $1',
      values: [1],
      rowMode: 'array',
      types,
      queryMode: 'extended',
    });
    expect(statementOf(config, [2]).values).toEqual([2]);
  });

  test('must have a text: a cursor of pg would go past the transaction', () => {
    const cursor = { submit: () => undefined } as unknown as { text: string };
    expect(() => statementOf(cursor, undefined)).toThrow(/cursors and streams/);
  });

  test('is read in time linear in its length, whatever comes first', () => {
    const since = performance.now();
    statementOf(`${'/*'.repeat(100_000)} commit`, undefined);
    statementOf(`${' ;\n'.repeat(100_000)}select 1`, undefined);
    statementOf(`${'--\n'.repeat(20_000)}select 1`, undefined);
    expect(performance.now() - since).toBeLessThan(2_000);
  });
});
