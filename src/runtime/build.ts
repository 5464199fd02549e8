import { fileURLToPath } from 'node:url';
import type { ActionEntry } from '../core/catalogue.ts';
import { DoError } from '../core/errors.ts';
import { allRegistered, allRegisteredWorkflows, definingFiles } from '../core/registry.ts';
import type { StepEntry } from '../core/step.ts';
import { actionQueue } from '../temporal/queues.ts';
import { buildsDirOf, markUsed } from './builds.ts';
import { toEntry } from './catalogue.ts';
import type { Project } from './project.ts';

/** Compiles the workflows that this process has imported; undefined when there are none. */
export async function buildWorkflows(project: Project) {
  const workflows = allRegisteredWorkflows();
  if (workflows.length === 0) return undefined;
  const { compileWorkflows } = await import('../compile/index.ts');
  const build = await compileWorkflows({
    files: [...new Set(workflows.map(({ name }) => fileOf(name)))],
    actions: allRegistered().map((action) => toStepEntry(toEntry(action), project.name)),
    root: project.root,
    buildsDir: buildsDirOf(project),
  });
  const compiled = new Set(build.workflows.map(({ name }) => name));
  for (const { name } of workflows) if (!compiled.has(name)) throw notCompiled(name);
  // It may have been there for long, and is in use from now on.
  markUsed(build.codePath);
  return build;
}

const notCompiled = (name: string): DoError =>
  new DoError(
    'WORKFLOW_INVALID',
    `The workflow "${name}" is not written as one: its module has no \`new Workflow({ name: '${name}', … })\` at its top level, with \`Workflow\` imported from '@do-sdk/core'. Write it so, in a module of your project.`,
  );

export type WorkflowBuild = NonNullable<Awaited<ReturnType<typeof buildWorkflows>>>;

function fileOf(name: string): string {
  const [file] = definingFiles(name);
  if (file === undefined)
    throw new DoError(
      'WORKFLOW_INVALID',
      `The workflow "${name}" was defined by no file, so it cannot be compiled. Define it in a module of your project.`,
    );
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}

function toStepEntry(entry: ActionEntry, project: string): StepEntry {
  const { name, version, policy, safety, onFailure, flow } = entry;
  const compensatedBy = safety?.compensate?.action;
  return {
    name,
    version,
    policy,
    queue: actionQueue(project, name),
    ...(safety && { safety }),
    ...(flow && { flow }),
    ...(compensatedBy !== undefined && { compensationQueue: actionQueue(project, compensatedBy) }),
    ...(onFailure !== undefined && { onFailure }),
  };
}
