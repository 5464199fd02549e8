import type { WorkflowEntry } from '../core/catalogue.ts';
import { describeEntry } from '../core/catalogue.ts';
import { toDuration } from '../core/duration.ts';
import { buildWorkflows } from '../runtime/build.ts';
import { ProjectCatalogue } from '../runtime/catalogue.ts';
import type { Project } from '../runtime/project.ts';
import { findProject } from '../runtime/project.ts';
import { buildQueue } from '../temporal/queues.ts';
import { loadActions } from './load-actions.ts';
import { table } from './terminal.ts';

/** What a worker started here would serve, compiled as it would be: nothing has to run for it. */
export async function workflows({ json }: { json?: boolean }): Promise<void> {
  await loadActions();
  const entries = await compiledWorkflows(findProject());
  if (json) process.stdout.write(`${JSON.stringify({ items: entries.map(describeEntry) })}\n`);
  else process.stdout.write(table(HEADER, entries.map(toRow), process.stdout));
}

async function compiledWorkflows(project: Project): Promise<WorkflowEntry[]> {
  const build = await buildWorkflows(project);
  if (!build) return [];
  const catalogue = new ProjectCatalogue(() => []);
  catalogue.useBuild({ ...build, queue: buildQueue(project.name, build.id) });
  return catalogue
    .own()
    .flatMap((entry) => (entry.kind === 'workflow' ? entry : []))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const HEADER = ['NAME', 'VERSION', 'SIGNALS', 'DEADLINE', 'BUILD', 'DESCRIPTION'];

const toRow = ({ name, version, signals, deadlineMs, build, description }: WorkflowEntry): string[] => [
  name,
  version,
  signals === null ? 'any' : signals.join(', '),
  deadlineMs === undefined ? '' : toDuration(deadlineMs),
  build,
  description ?? '',
];
