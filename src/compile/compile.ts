import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StepEntry } from '../core/step.ts';
import { analyse } from './analyse.ts';
import type { Ingredients } from './build-id.ts';
import { buildIdOf, digestOf } from './build-id.ts';
import { BundleLog } from './bundle-log.ts';
import type { BundleInput } from './bundle.ts';
import { bundle } from './bundle.ts';
import { refuse } from './diagnostic.ts';
import { entryOf } from './entry.ts';
import type { Graph } from './graph.ts';
import type { BuildManifest } from './manifest.ts';
import { diagnose } from './obstacles.ts';
import type { Build, CompileOptions, CompiledWorkflow } from './options.ts';
import { packagesOf } from './packages.ts';
import type { Project } from './project.ts';
import { embeddedSteps } from './references.ts';
import { PACKAGE_ROOT } from './sdk.ts';
import { sliceOf } from './slice.ts';
import { specOf } from './spec.ts';
import { describeWorkflow } from './workflows.ts';
import { writeAtomically } from './write.ts';

/** Where this package keeps what a bundle consists of beside the user's modules. */
export interface RuntimePaths {
  sandboxDir: string;
  coreDir: string;
}

const OWN: RuntimePaths = {
  sandboxDir: join(PACKAGE_ROOT, 'dist', 'sandbox'),
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

interface Plan extends Ingredients, Pick<Build, 'id' | 'workflows' | 'warnings'> {
  project: Project;
  input: BundleInput;
}

/** Everything that can be known without bundling. */
function planOf({ files, root, actions }: CompileOptions, paths: RuntimePaths): Plan {
  const found = analyse(
    files.map((file) => realpathSync(file)),
    root,
    actions,
  );
  if (found.refusals.length > 0) refuse(found.refusals);
  const { graph, warnings } = found;
  const { project } = graph;
  const workflows = found.workflows.flatMap(
    (place): CompiledWorkflow[] => describeWorkflow(project, place),
  );
  const ingredients = ingredientsOf(graph, embeddedSteps(graph, actions ?? []), paths);
  const id = buildIdOf(ingredients);
  const entries = [...new Set(found.workflows.map(({ module }) => module.file))].sort();
  const sources = new Map([...ingredients.sources].map(([path, text]) => [join(root, path), text]));
  const input = {
    entry: entryOf(id, entries, ingredients.steps, paths.sandboxDir),
    sources,
    sandboxDir: paths.sandboxDir,
  };
  return { ...ingredients, id, workflows, warnings, project, input };
}

function ingredientsOf(graph: Graph, steps: readonly StepEntry[], paths: RuntimePaths): Ingredients {
  const { project, kept } = graph;
  const slices = [...kept.values()].map((one): [string, string] => [
    project.relative(one.module.file),
    sliceOf(one, project),
  ]);
  return { sources: new Map(slices), steps, packages: packagesOf(graph), runtime: runtimeOf(paths) };
}

function runtimeOf({ sandboxDir, coreDir }: RuntimePaths): string {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  return `${version}/${digestOf([coreDir, sandboxDir])}`;
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
