import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DoError } from '../../core/errors.ts';
import { PAGE, PAGE_POLICY, PAGE_SCRIPT } from './docs-page.ts';
import type { Route } from './route.ts';
import { segment } from './route.ts';

/** Of swagger-ui-dist: the page loads what is in this package's dependencies and nothing from elsewhere. */
const ASSETS = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']);
const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const A_DAY_S = 86_400;

/** The page of the OpenAPI document. */
export const docsRoutes: Route[] = [
  {
    method: 'get',
    path: '/docs',
    scope: 'public',
    handle: (_req, res) => {
      res.setHeader('Content-Security-Policy', PAGE_POLICY);
      res.type('html').send(PAGE);
    },
  },
  {
    method: 'get',
    path: '/docs/:file',
    scope: 'public',
    handle: (req, res) => {
      const file = segment(req.params['file']);
      res.setHeader('Cache-Control', `public, max-age=${A_DAY_S}`);
      if (file === 'page.js') return void res.type('js').send(PAGE_SCRIPT);
      // The caller's text is looked up in the table and is never part of a path unless it is there.
      if (ASSETS.has(file)) return res.sendFile(join(assets, file), { cacheControl: false });
      throw new DoError('ROUTE_NOT_FOUND', `There is nothing at ${JSON.stringify(req.path.slice(0, 200))}.`);
    },
  },
];
