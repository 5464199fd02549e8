import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeProject, ROOT, runScript } from '../e2e/support.ts';

const PAGES = ['testing', 'testing-workflows'].map((name) =>
  readFileSync(join(ROOT, `docs/${name}.md`), 'utf8'),
);

/** The files of the pages: every snippet begins with the name of its file, and those of one file follow each other. */
function filesOfPages(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [, name, text] of PAGES.join('\n').matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)) {
    files[name!] = (files[name!] ?? '') + text!;
  }
  return files;
}

test('every snippet of the pages about testing is part of a file that is run here', () => {
  expect([...PAGES.join('\n').matchAll(/```ts\n(?!\/\/ \S+\.ts\n)/g)]).toEqual([]);
  expect(Object.keys(filesOfPages())).toEqual([
    'src/actions/send-welcome-email.ts',
    'src/mailer.ts',
    'test/send-welcome-email.test.ts',
    'src/actions/book-seat.ts',
    'test/book-seat.test.ts',
    'src/actions/create-user.ts',
    'test/create-user.test.ts',
    'src/actions/charge-card.ts',
    'test/charge-card.test.ts',
    'test/on-real-servers.test.ts',
    'test/on-real-postgres.test.ts',
    'src/workflows/order.ts',
    'test/order.test.ts',
    'test/order-on-real-servers.test.ts',
  ]);
});

const files = filesOfPages();
test.each(Object.keys(files).filter((file) => file.endsWith('.test.ts')))(
  'the tests of the pages in %s pass as printed',
  async (file) => {
    const count = files[file]!.match(/^test\(/gm)!.length;
    const project = makeProject(files);
    symlinkSync(join(ROOT, 'node_modules/pg'), join(project.root, 'node_modules/pg'));
    const script = runScript(project, file);
    expect(await script.ended, script.output()).toBe(0);
    expect(script.output()).toMatch(new RegExp(`^. pass ${count}$`, 'm'));
  },
);
