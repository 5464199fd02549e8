import { readFile } from 'node:fs/promises';
import { DoError, ERRORS } from '../../core/errors.ts';
import { ERROR_PAGE } from '../openapi/docs/system.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

/** Part of the package; beside dist/ and beside src/ the path is the same. */
const PAGES = new URL('../../../docs/errors/', import.meta.url);

/** What `type` of a problem points to. Without a key: who gets a 401 has to be able to read why. */
export const errorRoute: Route = {
  method: 'get',
  path: '/errors/:code',
  scope: 'public',
  doc: ERROR_PAGE,
  handle: async (req, res) => {
    const page = await readPage(segment(req.params['code']));
    res.setHeader('Vary', 'Accept');
    // Browsers ask for HTML by name and save Markdown as a file.
    if (req.accepts(['text/markdown', 'text/html']) === 'text/html') res.type('html').send(toHtml(page));
    else res.type('text/markdown; charset=utf-8').send(page);
  },
};

/** The caller's text is looked up in the table and is never part of a path unless it is there. */
async function readPage(code: string): Promise<string> {
  if (Object.hasOwn(ERRORS, code)) return await readFile(new URL(`${code}.md`, PAGES), 'utf8');
  throw new DoError(
    'ROUTE_NOT_FOUND',
    `There is no error code ${JSON.stringify(code.slice(0, 100))}. Codes are upper-case, as in the \`code\` of an answer.`,
  );
}

/** The page as it is written, which is readable, with its links to other pages followed. */
function toHtml(page: string): string {
  const escaped = page.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const linked = escaped.replaceAll(/\[`?(\w+)`?\]\((\w+)\.md\)/g, '<a href="/errors/$2">$1</a>');
  const title = /^# (\w+)/.exec(page)?.[1] ?? 'Error';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<pre style="max-width: 75ch; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 ui-monospace, monospace; white-space: pre-wrap">${linked}</pre>
</html>
`;
}
