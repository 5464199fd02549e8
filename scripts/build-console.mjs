// Builds the console's page into dist/console/. In a process of its own, by build.mjs: vite builds by NODE_ENV, which has
// to be another one for whatever that process does next.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  configFile: false,
  root: at('../src/console'),
  base: '/console/',
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: at('../dist/console'),
    emptyOutDir: true,
    assetsDir: '',
    target: 'es2022',
    // What is inlined is a `data:` address, and the polyfill one more script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
