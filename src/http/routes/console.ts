import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DoError } from '../../core/errors.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

/**
 * Only what this server sends runs and looks like anything, answers go nowhere else, and no text becomes a script, not by
 * a mistake of the page's either. `data:` is for the arrows in the style sheet.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Also of the sources: what a browser gets is always the built page. */
const BUILT = fileURLToPath(new URL('../../../dist/console/', import.meta.url));
const PAGE = 'index.html';
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const A_YEAR_S = 31_536_000;

let built: Map<string, Buffer> | undefined;

/**
 * All of it in memory, read once: the page names its files by their content, so that those of another build, which may be
 * there in a minute, are none of its own.
 */
function builtFiles(): Map<string, Buffer> {
  if (built) return built;
  const names = existsSync(BUILT)
    ? readdirSync(BUILT).filter((name) => name === PAGE || TYPES[extname(name)])
    : [];
  const files = new Map(names.map((name) => [name, readFileSync(join(BUILT, name))]));
  // A page that is not there yet may be built meanwhile.
  if (files.has(PAGE)) built = files;
  return files;
}

/** A page for people, who bring the key: without one it is empty, and it asks the API as everybody does. */
export const consoleRoutes: Route[] = [
  {
    method: 'get',
    path: '/console',
    scope: 'public',
    handle: (_req, res) => {
      const page = builtFiles().get(PAGE);
      if (!page)
        throw new DoError(
          'ROUTE_NOT_FOUND',
          'The console is not built. Run `npm run build` in this package.',
        );
      res.setHeader('Content-Security-Policy', POLICY);
      res.setHeader('Cache-Control', 'no-cache');
      res.type('html').send(page);
    },
  },
  {
    method: 'get',
    path: '/console/:file',
    scope: 'public',
    handle: (req, res) => {
      const name = segment(req.params['file']);
      const file = name === PAGE ? undefined : builtFiles().get(name);
      if (!file)
        throw new DoError(
          'ROUTE_NOT_FOUND',
          `There is nothing at ${JSON.stringify(req.path.slice(0, 200))}.`,
        );
      res.setHeader('Cache-Control', `public, max-age=${A_YEAR_S}, immutable`);
      res.type(TYPES[extname(name)]!).send(file);
    },
  },
];
