import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { Running, TestProject } from '../e2e/support.ts';
import { makeProject, ROOT, startProcess, until } from '../e2e/support.ts';
import { cli } from './support.ts';

const run = promisify(execFile);

/** A folder with nothing in it: not even what `makeProject` links, as npm is to install it. */
function emptyFolder(name: string): TestProject {
  const parent = mkdtempSync(join(tmpdir(), 'do-init-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 }));
  const root = join(parent, name);
  mkdirSync(root);
  return { root, dataDir: join(root, '.do'), env: makeProject().env };
}

async function packInto(folder: string): Promise<string> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: ROOT });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, filename);
}

/** npm with a process group of its own, as a shell would start it. */
function startInTerminal(project: TestProject, args: string[]): Running {
  const system = startProcess('npm', args, project, { PORT: '0' }, { detached: true });
  onTestFinished(() => {
    try {
      process.kill(-system.child.pid!, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  });
  return system;
}

interface Manifest {
  name: string;
  dependencies: Record<string, string>;
}
const manifestOf = ({ root }: TestProject): Manifest =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

test('init in an empty folder makes a project that installs from the tarball, passes its test and serves', async () => {
  const project = emptyFolder('My first Actions');
  const tarball = await packInto(join(project.root, '..'));
  expect(await cli(project, ['init', '--package', '../' + tarball.split('/').at(-1)])).toMatchObject({
    code: 0,
  });
  expect(manifestOf(project).name).toBe('my-first-actions');

  const options = { cwd: project.root, env: project.env };
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], options);
  const tested = await run('npm', ['test'], options);
  expect(tested.stdout).toMatch(/^# pass 3$/m);

  const system = startInTerminal(project, ['start']);
  await until(system, () => system.output().includes('is ready'));
  const invoked = await run('npx', ['do-sdk', 'invoke', 'greet', '--input', '{"name":"Ada"}'], options);
  expect(JSON.parse(invoked.stdout)).toEqual({ greeting: 'Hello, Ada!' });
  // As Ctrl-C does: to npm, its shell and both of ours. npm alone would pass it to a shell that does not pass it on.
  process.kill(-system.child.pid!, 'SIGINT');
  await system.ended;
}, 180_000);

test('init depends on its own version unless told otherwise', async () => {
  const project = emptyFolder('own-version');
  await cli(project, ['init']);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(manifestOf(project).dependencies['@do-sdk/core']).toBe(`^${version}`);
});

test('init refuses a folder with a file in it and leaves the folder as it was', async () => {
  const project = emptyFolder('with-a-file');
  writeFileSync(join(project.root, 'notes.txt'), '');
  const refused = await cli(project, ['init']);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/^USAGE: .*is not empty \(notes\.txt\)/);
  expect(readdirSync(project.root)).toEqual(['notes.txt']);
});

test('init leaves dotfiles as they are', async () => {
  const project = emptyFolder('with-dotfiles');
  writeFileSync(join(project.root, '.gitignore'), 'mine\n');
  expect((await cli(project, ['init'])).code).toBe(0);
  expect(readFileSync(join(project.root, '.gitignore'), 'utf8')).toBe('mine\n');
  expect(existsSync(join(project.root, 'src/actions/greet.ts'))).toBe(true);
});
