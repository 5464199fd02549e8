import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { Mutant } from './mutants.ts';

/** What the sandbox runs is in a bundle, which has to be made anew. */
const BUNDLED = /^(core|sandbox)\//;
const QUIET = { trace() {}, debug() {}, info() {}, log() {}, warn() {}, error() {} };

/** A copy of the package's folder with the mutant's edits; its dependencies are those of the original. */
export async function mutate({ name, edits }: Mutant, packageRoot: string, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  cpSync(join(packageRoot, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(packageRoot, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, text, instead } of edits) {
    const path = join(folder, 'dist', file);
    const parts = readFileSync(path, 'utf8').split(text);
    if (parts.length !== 2) {
      throw new Error(
        `The mutant "${name}" edits a text that dist/${file} has ${parts.length - 1} times and not once: ${text}. Write the edit anew for the code there is now.`,
      );
    }
    writeFileSync(path, parts.join(instead));
  }
  if (edits.some(({ file }) => BUNDLED.test(file))) await bundle(join(folder, 'dist'), packageRoot);
  return folder;
}

async function bundle(dist: string, packageRoot: string): Promise<void> {
  execFileSync(process.execPath, [join(packageRoot, 'scripts/build-runtime.mjs'), dist]);
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(dist, 'workflow-runtime', 'index.js'),
    logger: QUIET,
  });
  writeFileSync(join(dist, 'workflow-bundle.js'), code);
}
