import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { ActionEntry } from '../core/catalogue.ts';
import { DoError } from '../core/errors.ts';
import { allRegistered, allRegisteredWorkflows, definingFiles } from '../core/registry.ts';
import type { StepEntry } from '../core/step.ts';
import { actionQueue } from '../temporal/queues.ts';
import { toEntry } from './catalogue.ts';
import type { Project } from './project.ts';

/** Compiles the workflows that this process has imported; undefined when there are none. */
export async function buildWorkflows(project: Project) {
  const workflows = allRegisteredWorkflows();
  if (workflows.length === 0) return undefined;
  const { compileWorkflows } = await import('../compile/index.ts');
  return await compileWorkflows({
    files: [...new Set(workflows.map(({ name }) => fileOf(name)))],
    actions: allRegistered().map((action) => toStepEntry(toEntry(action), project.name)),
    root: project.root,
    buildsDir: join(project.dataDir, 'builds'),
  });
}

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

function toStepEntry({ name, version, policy, safety }: ActionEntry, project: string): StepEntry {
  const compensatedBy = safety?.compensate?.action;
  return {
    name,
    version,
    policy,
    queue: actionQueue(project, name),
    ...(safety && { safety }),
    ...(compensatedBy !== undefined && { compensationQueue: actionQueue(project, compensatedBy) }),
  };
}
