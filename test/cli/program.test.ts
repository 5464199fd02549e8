import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { ROOT } from '../e2e/support.ts';

const page = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');

/** Those that can be run, by the words they are run with: `keys create`, not `keys`. */
const runnable = (command: Command, words = ''): [name: string, command: Command][] =>
  command.commands.length === 0
    ? [[words, command]]
    : command.commands.flatMap((inner) => runnable(inner, `${words} ${inner.name()}`.trim()));
const commands = runnable(createProgram());

/** What the page says under `## do-sdk <name>`. */
function sectionOf(name: string): string {
  const section = page.split(/^## /m).find((text) => text.startsWith(`do-sdk ${name}\n`));
  return section ?? '';
}

/** The first cell of each row of its table. */
const optionsOf = (section: string): string[] =>
  [...section.matchAll(/^\| `(--[^`]+)`/gm)].map(([, option]) => option!);

test('docs/cli.md has a section for each command and for nothing else', () => {
  const headings = [...page.matchAll(/^## do-sdk (.+)$/gm)].map(([, name]) => name!);
  expect(headings.sort()).toEqual(commands.map(([name]) => name).sort());
});

test.each(commands)(
  'docs/cli.md tells of %s every argument and option it has, and none it has not',
  (name, command) => {
    const section = sectionOf(name);
    expect(optionsOf(section).sort()).toEqual(command.options.map(({ flags }) => flags).sort());
    const argument = command.registeredArguments.map((one) => ` <${one.name()}>`).join('');
    expect(section).toContain(`npx do-sdk ${name}${argument}`);
  },
);

test('docs/cli.md has the exit codes and says them as the commands do', () => {
  const codes = [...page.matchAll(/^\| `(\d)` /gm)].map(([, code]) => code);
  expect(codes).toEqual(['0', '1', '2']);
});

test('--version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(createProgram().version()).toBe(version);
});
