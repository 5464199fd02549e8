// Compiles src/ to dist/, bundles the prebuilt Temporal workflows, so that no process has to bundle at start-up, and the
// console's page.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.built');
const pageStamp = join(dist, '.built-console');
const BUNDLE = 'workflow-bundle.js';
const runtime = join(dist, 'workflow-runtime');

const filesUnder = (dir) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(relative(root, file)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

const inSrc = (...names) => names.flatMap((name) => filesUnder(join(root, 'src', name)));
const inRoot = (...names) => names.map((name) => join(root, name));
const isOfPage = (file) => file.startsWith(join(root, 'src', 'console') + sep);

const inputs = () => [
  ...inSrc('.').filter((file) => !isOfPage(file)),
  ...inRoot('package.json', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'),
  ...inRoot('scripts/build-runtime.mjs'),
  fileURLToPath(import.meta.url),
];

/** Of the page: it imports from no other layers. */
const pageInputs = () => [
  ...inSrc('console', 'core', 'remote'),
  ...inRoot('package-lock.json', 'tsconfig.json', 'scripts/build-console.mjs'),
  fileURLToPath(import.meta.url),
];

async function run(args, what, env = process.env) {
  const [status] = await once(spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' }), 'close');
  if (status !== 0) throw new Error(`${what} failed; see the messages above.`);
}

async function compile() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  await run([tsc, '-p', 'tsconfig.build.json'], 'The TypeScript build');
}

const isBuiltElsewhere = (path) => ['console', 'workflow-runtime'].some((dir) => path.startsWith(dir + sep));

// A deleted source must not live on in dist/: an old file there could still be imported.
function removeOrphans() {
  for (const file of filesUnder(dist)) {
    const match = /^(.*?)(\.d\.ts|\.js|\.js\.map)$/.exec(relative(dist, file));
    if (!match || match[1] === 'workflow-bundle' || isBuiltElsewhere(match[1])) continue;
    if (!existsSync(join(root, 'src', `${match[1]}.ts`))) rmSync(file);
  }
}

async function bundle() {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const quiet = { trace() {}, debug() {}, info() {}, log() {}, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(runtime, 'index.js'),
    logger: quiet,
    webpackConfigHook: (config) => ({
      ...config,
      entry: [join(runtime, 'prologue.js'), ...[config.entry].flat()],
    }),
  });
  writeFileSync(join(dist, BUNDLE), code);
}

async function buildPackage() {
  const wanted = hashOf(inputs());
  if (existsSync(stamp) && existsSync(join(dist, BUNDLE)) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(stamp, { force: true });
  await compile();
  removeOrphans();
  await run([join(root, 'scripts', 'build-runtime.mjs')], 'The build of what workflows run on');
  await bundle();
  chmodSync(join(dist, 'cli', 'main.js'), 0o755);
  writeFileSync(stamp, wanted);
  const kib = Math.round(statSync(join(dist, BUNDLE)).size / 1024);
  console.error(`built dist/ (workflow bundle ${kib} KiB)`);
}

async function buildPage() {
  const wanted = hashOf(pageInputs());
  const outDir = join(dist, 'console');
  const isThere = existsSync(pageStamp) && existsSync(join(outDir, 'index.html'));
  if (isThere && readFileSync(pageStamp, 'utf8') === wanted) return;
  rmSync(pageStamp, { force: true });
  const env = { ...process.env, NODE_ENV: 'production' };
  await run([join(root, 'scripts', 'build-console.mjs')], "The build of the console's page", env);
  writeFileSync(pageStamp, wanted);
  const kib = Math.round(filesUnder(outDir).reduce((sum, file) => sum + statSync(file).size, 0) / 1024);
  console.error(`built dist/console/ (${kib} KiB)`);
}

mkdirSync(dist, { recursive: true });
// Each in processes of its own: where there are two cores the page takes no time beside the compiler.
await Promise.all([buildPackage(), buildPage()]);
