import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import { ERRORS } from '../../src/core/errors.ts';
import { pageOf, ROOT } from './support.ts';

const codes = Object.keys(ERRORS) as ErrorCode[];
const pages = readdirSync(join(ROOT, 'docs/errors')).filter((name) => name !== 'index.md');

/** Every source text under a folder, but for the table itself and the tests of the documents. */
const textsUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'core/errors.ts' && !name.startsWith('docs/'))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));
const [sources, tests] = [textsUnder('src'), textsUnder('test')];
const isNamedIn = (texts: string[], code: string) => texts.some((text) => text.includes(`'${code}'`));

test('every code has a page, and every page a code', () => {
  expect(pages.map((name) => name.replace(/\.md$/, '')).sort()).toEqual([...codes].sort());
});

describe.each(codes)('%s', (code) => {
  const { met, status, meaning } = ERRORS[code];

  test(`the page of ${code} says what the table says, why it happens and what to do`, () => {
    const page = readFileSync(join(ROOT, 'docs/errors', `${code}.md`), 'utf8');
    expect(page).toContain(`# ${code}\n\n${meaning}\n`);
    expect(page.match(/^## .*$/gm)).toEqual(['## Why', '## What to do', '## Example']);
    const door = {
      request: `HTTP status ${status}.`,
      outcome: 'HTTP status 200:',
      program: 'no answer to a request',
    };
    expect(page).toContain(door[met]);
    for (const [, linked] of page.matchAll(/\]\((\w+)\.md\)/g)) expect(codes).toContain(linked);
  });

  test(`${code} is thrown somewhere, and a test meets it`, () => {
    expect(isNamedIn(sources, code)).toBe(true);
    expect(isNamedIn(tests, code)).toBe(true);
  });
});

test('the index lists every code with its meaning', async () => {
  const rows = codes.map((code) => {
    const { met, status, meaning } = ERRORS[code];
    return `| [${code}](${code}.md) | ${met === 'request' ? status : ''} | ${meaning} |`;
  });
  const text = [
    '# Errors',
    'Every error of this package is a `DoError` with a stable `code`, the same in TypeScript, over HTTP',
    '(`application/problem+json`) and in `invocation.error.code`. A code without an HTTP status refuses no request: it',
    'tells how an invocation ended, or stops a program.',
    '',
    '| code | HTTP | meaning |',
    '| --- | --- | --- |',
    ...rows,
  ];
  await expect(await pageOf(text.join('\n'))).toMatchFileSnapshot(join(ROOT, 'docs/errors/index.md'));
});
