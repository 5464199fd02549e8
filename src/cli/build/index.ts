import { allRegistered } from '../../core/registry.ts';
import type { AnyAction } from '../../core/definition.ts';
import { buildWorkflows } from '../../runtime/build.ts';
import type { WorkflowBuild } from '../../runtime/build.ts';
import { ProjectCatalogue } from '../../runtime/catalogue.ts';
import { writeManifest } from '../../runtime/manifest.ts';
import type { Project } from '../../runtime/project.ts';
import { findProject } from '../../runtime/project.ts';
import { writeTypes } from '../../runtime/types-file.ts';
import { buildQueue } from '../../temporal/queues.ts';
import { loadActions } from '../load-actions.ts';
import { table } from '../terminal.ts';
import { outsideOf } from './outside.ts';
import { readLimit, replayBuild, tellReplay } from './replay.ts';
import { summaryOf, tellWorkflows } from './workflows.ts';

export interface BuildOptions {
  strict?: boolean;
  replay?: boolean;
  limit?: string;
  json?: boolean;
}

interface Built {
  name: string;
  level: string;
  /** By what it may act outside. */
  outside: string[];
  /** Acts outside, and nothing says what becomes of that when an attempt dies half-way. */
  isUnprotected: boolean;
}

/**
 * Compiles the workflows, writes the manifest of the project, and names the actions whose outside effects nothing
 * protects. With `replay` the build is run against what earlier invocations have on record.
 */
export async function build({ strict, replay, limit, json }: BuildOptions): Promise<void> {
  const runs = replay ? readLimit(limit) : 0;
  await loadActions();
  const project = findProject();
  const workflows = await buildWorkflows(project);
  const replayed = workflows && replay ? await replayBuild(workflows, runs) : undefined;
  const isRefused = replayed?.some(({ breaking }) => breaking.length > 0) === true;
  // Whoever reads the manifest starts on this build.
  if (!isRefused) writeProjectManifest(project, workflows);
  await writeTypes(project);
  const actions = allRegistered().sort((a, b) => (a.name < b.name ? -1 : 1));
  const built = actions.map(describe);
  const unprotected = built.filter(({ isUnprotected }) => isUnprotected);
  if (json) {
    const beside = { build: workflows ? summaryOf(workflows) : null, ...(replayed && { replay: replayed }) };
    process.stdout.write(`${JSON.stringify({ items: built, ...beside })}\n`);
  } else {
    process.stdout.write(table(['NAME', 'LEVEL', 'ACTS OUTSIDE BY'], built.map(toRow), process.stdout));
    if (workflows) tellWorkflows(workflows);
    if (replayed) tellReplay(replayed);
  }
  for (const action of unprotected) process.stderr.write(`${warningOf(action)}\n`);
  if (isRefused || (strict && unprotected.length > 0)) process.exitCode = 1;
}

/** What the project's modules define is the whole of it. */
function writeProjectManifest({ name, dataDir }: Project, workflows: WorkflowBuild | undefined): void {
  const catalogue = new ProjectCatalogue(() => []);
  if (workflows) catalogue.useBuild({ ...workflows, queue: buildQueue(name, workflows.id) });
  writeManifest(dataDir, catalogue.own());
}

function describe(action: AnyAction): Built {
  const outside = outsideOf(action);
  const isUnprotected = action.level === 'none' && outside.length > 0;
  return { name: action.name, level: action.level, outside, isUnprotected };
}

const toRow = ({ name, level, outside }: Built): string[] => [name, level, outside.join(', ')];

const warningOf = ({ name, outside }: Built): string =>
  `"${name}" acts outside (${outside.join(', ')}) and has no level: a repeated or late attempt may act twice. It lacks one of: \`transactional: true\` with its effects by \`ctx.tx\`; \`compensate\`, which takes an attempt back; \`ctx.idempotencyKey\` passed on, so that the other side drops the second one; \`ctx.once\` around the call. See docs/guarantees.md.`;
