import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { StepEntry } from '../core/step.ts';
import { analyse } from './analyse.ts';
import type { Ingredients } from './build-id.ts';
import { buildIdOf, digestOf } from './build-id.ts';
import type { BundleInput } from './bundle.ts';
import { refuse } from './diagnostic.ts';
import { entryOf } from './entry.ts';
import type { Graph } from './graph.ts';
import { dataOf } from './links.ts';
import { readModule } from './module.ts';
import type { Build, CompileOptions, CompiledWorkflow } from './options.ts';
import { packagesOf } from './packages.ts';
import type { Project } from './project.ts';
import { embeddedSteps } from './references.ts';
import { PACKAGE_ROOT } from './sdk.ts';
import { sliceOf } from './slice.ts';
import { describeWorkflow } from './workflows.ts';

/** Where this package keeps what a bundle consists of beside the user's modules. */
export interface RuntimePaths {
  sandboxDir: string;
  coreDir: string;
}

export interface Plan extends Ingredients, Pick<Build, 'id' | 'workflows' | 'warnings'> {
  project: Project;
  input: BundleInput;
}

/** Everything that can be known without bundling. Throws `WORKFLOW_INVALID` for what cannot be bundled. */
export function planOf({ files, root, actions }: CompileOptions, paths: RuntimePaths): Plan {
  const sdkNames = new Set(readModule(join(paths.sandboxDir, 'sdk.js')).exports.keys());
  const found = analyse({ files: files.map((file) => realpathSync(file)), root, actions, sdkNames });
  if (found.refusals.length > 0) refuse(found.refusals);
  const { graph, warnings } = found;
  const { project } = graph;
  const workflows = found.workflows.flatMap((place): CompiledWorkflow[] => describeWorkflow(project, place));
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
  const data = dataOf(graph).map((file): [string, string] => [
    project.relative(file),
    readFileSync(file, 'utf8'),
  ]);
  return {
    sources: new Map([...slices, ...data]),
    steps,
    packages: packagesOf(graph),
    runtime: runtimeOf(paths),
  };
}

function runtimeOf({ sandboxDir, coreDir }: RuntimePaths): string {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  return `${version}/${digestOf([coreDir, sandboxDir])}`;
}
