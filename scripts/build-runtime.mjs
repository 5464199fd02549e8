// Joins what workflows run on to few modules, in dist/workflow-runtime/: the sandbox evaluates the modules of a bundle anew
// for every run, and reads what one has of another through a getter.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const dist = process.argv[2] ?? fileURLToPath(new URL('../dist', import.meta.url));

const ENTRIES = ['build-entry', 'index', 'prologue', 'run-workflow', 'sdk'];

await build({
  configFile: false,
  root: dirname(dist),
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: join(dist, 'workflow-runtime'),
    emptyOutDir: true,
    target: 'es2022',
    minify: false,
    lib: {
      entry: Object.fromEntries(ENTRIES.map((name) => [name, join(dist, 'sandbox', `${name}.js`)])),
      formats: ['es'],
    },
    rollupOptions: {
      // There must be one of it, Temporal's own.
      external: /^@temporalio\//,
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'shared-[hash].js',
        minifyInternalExports: false,
      },
    },
  },
});
