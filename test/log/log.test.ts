import { describe, expect, test } from 'vitest';
import type { Log } from '../../src/log/index.ts';
import { createLog, hideInLogs, withFields } from '../../src/log/index.ts';

function written(readable: boolean, write: (log: Log) => void, level = 'debug'): string {
  let text = '';
  write(createLog({ level, readable, write: (line) => (text += line) }));
  return text;
}
const jsonOf = (write: (log: Log) => void): Record<string, unknown> =>
  JSON.parse(written(false, write)) as Record<string, unknown>;

const KEY = `do_0123456789abcdef_${'s'.repeat(43)}`;

describe.each([true, false])('no key leaves the process (readable: %s)', (readable) => {
  test.each([
    ['a key of the store', KEY, 's'.repeat(20)],
    ['the key of development', `do_dev_${'d'.repeat(43)}`, 'd'.repeat(20)],
    ['a header', 'authorization: Bearer abcdef-123456', 'abcdef-123456'],
    ['a token', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.${'t'.repeat(30)}`, 't'.repeat(20)],
    ['a URL with a password', 'smtp://user:hunter2@mail', 'hunter2'],
  ])('%s', (_, text, secret) => {
    const write = (log: Log) => {
      log.info(text);
      log.info('x', { deep: [{ text }] });
      log.error('x', { error: new Error('outer', { cause: new Error(text) }) });
      withFields(log, { own: 1 }).warn(text, { error: new Error(text), text });
    };
    const all = written(readable, write);
    expect(all).toContain('[redacted]');
    expect(all).not.toContain(secret);
  });

  test('a secret that is named', () => {
    hideInLogs('quoted "and" odd');
    expect(written(readable, (log) => log.info('it is quoted "and" odd'))).not.toContain('odd');
  });
});

describe('no text can look like a line of its own, or command a terminal', () => {
  const evil = 'a\r\n2026-01-01T00:00:00.000Z [INFO] forged\u001b[31m\u009b2J\u2028b';

  test('in JSON', () => {
    const text = written(false, (log) => log.info(evil, { evil }));
    expect(text.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028]/u);
    expect(JSON.parse(text)).toMatchObject({ msg: evil, evil });
  });

  test('in a terminal, where every line but the first of an entry is indented', () => {
    const text = written(true, (log) => log.error(evil, { evil, error: new Error(evil) }));
    for (const line of text.trimEnd().split('\n').slice(1)) expect(line).toMatch(/^ {4}/);
    for (const one of ['\u001b', '\u009b', '\u2028', '\r']) expect(text).not.toContain(one);
  });
});

test('what a handler logs cannot pass for the fields of the platform, nor for another level', () => {
  const fields = { level: 'error', msg: 'forged', invocationId: 'inv_other', time: 'never' };
  const line = jsonOf((log) => withFields(log, { invocationId: 'inv_1', attempt: 2 }).info('told', fields));
  expect(line).toMatchObject({ level: 'info', msg: 'told', invocationId: 'inv_1', attempt: 2, fields });
  expect(line['time']).not.toBe('never');
});

test('whatever is logged, the handler goes on', () => {
  const cyclic: Record<string, unknown> = { big: 10n };
  cyclic['self'] = cyclic;
  const hostile = { get: 1, toJSON: () => ({}) };
  const throwing = Object.defineProperty({}, 'x', {
    enumerable: true,
    get: () => {
      throw new Error('no');
    },
  });
  expect(jsonOf((log) => withFields(log, {}).info('cyclic', cyclic))).toMatchObject({ msg: 'cyclic' });
  expect(jsonOf((log) => withFields(log, {}).info('throws', throwing as never))).toMatchObject({
    msg: 'throws',
  });
  expect(jsonOf((log) => withFields(log, {}).info(hostile as never))).toMatchObject({ level: 'info' });
});

test('nothing below the level is written, and a level that is none is refused', () => {
  expect(written(false, (log) => log.info('quiet'), 'warn')).toBe('');
  expect(() => createLog({ level: 'loud', readable: false, write: () => undefined })).toThrow(/DO_LOG_LEVEL/);
});
