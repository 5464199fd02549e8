import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pageOf, ROOT } from './support.ts';
import type { Documented, EntryPoint } from './surface.ts';
import { readSurface } from './surface.ts';

const surface = readSurface();
const fileOf = ({ specifier }: EntryPoint) => `${specifier.split('/').at(-1)!}.md`;

/** Every name and `Name.member` that has no doc comment. */
const undocumented = ({ names }: EntryPoint): string[] =>
  names.flatMap(({ name, doc, file, members }) => [
    ...(doc === '' ? [`${name} (${file})`] : []),
    ...members.flatMap((member) => (member.doc === '' ? [`${name}.${member.name} (${file})`] : [])),
  ]);

test.each(surface)(
  'everything that $specifier exports, and every member of it, has a doc comment',
  (entry) => {
    expect(undocumented(entry)).toEqual([]);
  },
);

const text = (doc: string) => doc.replaceAll(/\s+/g, ' ');

const memberLine = ({ signature, doc }: Documented) =>
  `- ${signature
    .split('\n')
    .map((line) => `\`${line}\``)
    .join('<br>')}${doc === '' ? '' : `: ${text(doc)}`}`;

const section = ({ name, signature, doc, members }: Documented) =>
  [`## ${name}`, '', '```ts', signature, '```', '', text(doc), '', ...members.map(memberLine), ''].join('\n');

const NOTE = '<!-- Written by test/docs from the doc comments: `npx vitest run test/docs -u`. -->';

describe('the pages of docs/api are those of the doc comments (`npx vitest run test/docs -u` renews them)', () => {
  test.each(surface)('the page of $specifier', async (entry) => {
    const page = [NOTE, '', `# ${entry.specifier}`, '', ...entry.names.map(section)].join('\n');
    await expect(await pageOf(page)).toMatchFileSnapshot(join(ROOT, 'docs/api', fileOf(entry)));
  });

  test('the index of entry points', async () => {
    const rows = surface.map(
      (entry) =>
        `- [${entry.specifier}](${fileOf(entry)}): ${entry.names.map(({ name }) => name).join(', ')}`,
    );
    const page = [
      NOTE,
      '',
      '# API',
      '',
      ...rows,
      '',
      'Errors have [pages of their own](../errors/index.md).',
    ];
    await expect(await pageOf(page.join('\n'))).toMatchFileSnapshot(join(ROOT, 'docs/api/index.md'));
  });
});
