import { existsSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BundleLog } from './bundle-log.ts';
import { bundle } from './bundle.ts';
import { refuse } from './diagnostic.ts';
import type { BuildManifest } from './manifest.ts';
import { diagnose } from './obstacles.ts';
import type { Build, CompileOptions } from './options.ts';
import type { Plan, RuntimePaths } from './plan.ts';
import { planOf } from './plan.ts';
import { PACKAGE_ROOT } from './sdk.ts';
import { specOf } from './spec.ts';
import { writeAtomically } from './write.ts';

const OWN: RuntimePaths = {
  sandboxDir: join(PACKAGE_ROOT, 'dist', 'workflow-runtime'),
  coreDir: join(PACKAGE_ROOT, 'dist', 'core'),
};

/**
 * Makes one bundle of all workflows in `files` and of what they need. Throws `WORKFLOW_INVALID` with everything in them
 * that cannot run as a workflow.
 */
export async function compileWorkflows(options: CompileOptions, paths: RuntimePaths = OWN): Promise<Build> {
  const began = performance.now();
  const plan = planOf({ ...options, root: realpathSync(options.root) }, paths);
  const codePath = join(options.buildsDir, `${plan.id}.js`);
  const isCached = existsSync(codePath);
  if (!isCached) await writeBuild(plan, options.buildsDir, codePath);
  const { id, workflows, warnings } = plan;
  const ms = Math.round(performance.now() - began);
  return { id, codePath, bytes: statSync(codePath).size, ms, isCached, workflows, warnings };
}

async function writeBuild(
  { project, input, id, workflows, steps, packages }: Plan,
  dir: string,
  codePath: string,
): Promise<void> {
  const log = new BundleLog((file) => input.sources.has(file));
  const code = await bundle(input, log).catch((error: unknown) => {
    if (log.obstacles.length === 0) throw error;
    return '';
  });
  if (log.obstacles.length > 0) refuse(diagnose(project, log.obstacles));
  const manifest: BuildManifest = {
    id,
    createdAt: new Date().toISOString(),
    workflows,
    actions: steps,
    packages,
  };
  writeAtomically(join(dir, `${id}.json`), `${JSON.stringify(manifest, null, 2)}\n`);
  writeAtomically(join(dir, `${id}.md`), specOf(id, workflows, steps));
  // Last: whoever sees it takes the build as complete.
  writeAtomically(codePath, code);
}
