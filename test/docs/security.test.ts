import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { isScope } from '../../src/core/scope.ts';
import { ROOT } from './support.ts';

const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');

test('every command of docs/security.md has the options it is given', () => {
  const lines = [...page.matchAll(/^(?:\w+=\S+ )*npx do-sdk (.+)$/gm)].map(([, line]) => line!.split(' '));
  expect(lines.length).toBeGreaterThan(4);
  for (const words of lines) {
    let command = createProgram();
    while (command.commands.length > 0) {
      const next = command.commands.find((one) => one.name() === words[0]);
      expect(next, words.join(' ')).toBeDefined();
      command = next!;
      words.shift();
    }
    const flags = command.options.map(({ long }) => long);
    for (const word of words.filter((one) => one.startsWith('--'))) expect(flags).toContain(word);
  }
});

test('every scope that docs/security.md gives an example of is one', () => {
  const examples = [...page.matchAll(/'((?:invoke|read):[^']+)'/g)].map(([, scope]) => scope);
  expect(examples).toHaveLength(2);
  for (const scope of examples) expect(isScope(scope)).toBe(true);
});

test('docs/security.md has every setting of identity and limits, and none that is not read', () => {
  const settings = (text: string) =>
    new Set(text.match(/\b(OIDC_[A-Z_]+|DO_(RATE|MAX|TRUST|CORS|LOG)_[A-Z_]+)\b/g));
  const sources = ['src/http', 'src/log'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
  );
  expect([...settings(page)].sort()).toEqual([...settings(sources.join('\n'))].sort());
});
