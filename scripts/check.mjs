// `npm run check`: everything that can be said about the code without running it. All steps run, also after a failure.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
if (!existsSync(bin)) {
  console.error(`${root} has no node_modules, so there is nothing to check with. Run \`npm ci\` first.`);
  process.exit(1);
}

const temp = mkdtempSync(join(tmpdir(), 'do-sdk-check-'));
process.on('exit', () => rmSync(temp, { recursive: true, force: true }));
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const tarball = join(temp, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);

// What users install is checked, so dist/ has to be there, also where `npm ci` was not allowed to run scripts.
const build = { name: 'build', commands: [['node', 'scripts/build.mjs']] };

// The longest first: two run at a time.
const steps = [
  { name: 'lint', commands: [['eslint', '.', '--max-warnings', '0']] },
  {
    name: 'types',
    commands: [
      ['tsc', '-p', 'tsconfig.json', '--noEmit'],
      ['tsc', '-p', 'src/console/tsconfig.json', '--noEmit'],
    ],
  },
  {
    name: 'layers',
    commands: [
      ['depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', 'src', 'test'],
    ],
  },
  { name: 'dead code', commands: [['knip', '--no-progress']] },
  { name: 'format', commands: [['prettier', '--check', '--log-level', 'warn', '.']] },
  {
    name: 'package surface',
    commands: [
      ['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', temp],
      ['publint', tarball, '--strict'],
      ['attw', tarball, '--profile', 'esm-only', '--no-emoji'],
    ],
  },
];

const PATH = [bin, process.env.PATH].join(delimiter);

/** The exit code and everything printed: two steps must not mix their lines. */
function run([command, ...args]) {
  return new Promise((resolve) => {
    const chunks = [];
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, PATH, NO_COLOR: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    const end = (code) => resolve({ code, output: Buffer.concat(chunks).toString() });
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${command} cannot be started: ${error.message}\n`));
      end(1);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

async function runStep({ name, commands }) {
  const start = performance.now();
  let failed;
  for (const command of commands) {
    const { code, output } = await run(command);
    if (code !== 0)
      failed = [failed, `$ ${command.join(' ')}\n${output.trimEnd()}\n`].filter(Boolean).join('\n');
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5);
  console.log(`${failed ? 'FAIL' : ' ok '} ${name.padEnd(16)}${seconds} s`);
  if (failed) console.log(`\n${failed}`);
  return failed ? [name] : [];
}

async function runAll(waiting) {
  const failed = [];
  const lane = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) failed.push(...(await runStep(step)));
  };
  await Promise.all([lane(), lane()]);
  return failed;
}

const failed = [...(await runStep(build)), ...(await runAll([...steps]))];
console.log(failed.length > 0 ? `check failed: ${failed.join(', ')}` : 'check passed');
process.exitCode = failed.length > 0 ? 1 : 0;
