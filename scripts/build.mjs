// Compiles src/ to dist/ and bundles the prebuilt Temporal workflows, so that no process has to bundle at start-up.
import { spawnSync } from 'node:child_process';
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
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stamp = join(dist, '.built');
const BUNDLE = 'workflow-bundle.js';

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

const inputs = () => [
  ...filesUnder(join(root, 'src')),
  ...['package.json', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((f) => join(root, f)),
  fileURLToPath(import.meta.url),
];

function compile() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (run.status !== 0) throw new Error('The TypeScript build failed; see the messages above.');
}

// A deleted source must not live on in dist/: an old file there could still be imported.
function removeOrphans() {
  for (const file of filesUnder(dist)) {
    const match = /^(.*?)(\.d\.ts|\.js|\.js\.map)$/.exec(relative(dist, file));
    if (!match || match[1] === 'workflow-bundle') continue;
    if (!existsSync(join(root, 'src', `${match[1]}.ts`))) rmSync(file);
  }
}

async function bundle() {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const quiet = { trace() {}, debug() {}, info() {}, log() {}, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(dist, 'sandbox', 'index.js'),
    logger: quiet,
    webpackConfigHook: (config) => ({
      ...config,
      entry: [join(dist, 'sandbox', 'prologue.js'), ...[config.entry].flat()],
    }),
  });
  writeFileSync(join(dist, BUNDLE), code);
}

async function build() {
  const wanted = hashOf(inputs());
  if (existsSync(stamp) && existsSync(join(dist, BUNDLE)) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(stamp, { force: true });
  mkdirSync(dist, { recursive: true });
  compile();
  removeOrphans();
  await bundle();
  chmodSync(join(dist, 'cli', 'main.js'), 0o755);
  writeFileSync(stamp, wanted);
  const kib = Math.round(statSync(join(dist, BUNDLE)).size / 1024);
  console.error(`built dist/ (workflow bundle ${kib} KiB)`);
}

await build();
