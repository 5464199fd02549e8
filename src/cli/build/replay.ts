import type { WorkflowBuild } from '../../runtime/build.ts';
import { processSession } from '../../runtime/process-session.ts';
import type { Session } from '../../runtime/session.ts';
import { recentRuns } from '../../temporal/recent-runs.ts';
import { table } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 1_000;

/** What came of one workflow's records on the new build. */
export interface ReplayReport {
  workflow: string;
  replayed: number;
  /** Of those, how many are still running. */
  open: number;
  breaking: { id: string; workflowId: string; runId: string; isOpen: boolean; difference: string }[];
}

export function readLimit(given: string | undefined): number {
  const limit = given === undefined ? DEFAULT_LIMIT : Number(given);
  if (Number.isInteger(limit) && limit >= 1 && limit <= HIGHEST_LIMIT) return limit;
  throw new UsageError(`Expected --limit to be a whole number from 1 to ${HIGHEST_LIMIT}, got "${given}".`);
}

/** Runs the build against the latest runs of each of its workflows, on whatever build those were or are. */
export async function replayBuild(build: WorkflowBuild, limit: number): Promise<ReplayReport[]> {
  try {
    return await processSession.use(async (session) => {
      const reports: ReplayReport[] = [];
      for (const { name } of build.workflows) reports.push(await replayWorkflow(session, build, name, limit));
      return reports;
    });
  } finally {
    await processSession.closeNow();
  }
}

async function replayWorkflow(
  { temporal, project }: Session,
  { codePath }: WorkflowBuild,
  workflow: string,
  limit: number,
): Promise<ReplayReport> {
  const { replay } = await import('../../worker/replay.ts');
  const report: ReplayReport = { workflow, replayed: 0, open: 0, breaking: [] };
  const runs = recentRuns(temporal, { project: project.name, workflow, limit });
  for await (const { run, difference } of replay(codePath, runs)) {
    const { invocationId: id, workflowId, runId, isOpen } = run;
    report.replayed++;
    if (isOpen) report.open++;
    if (difference !== undefined) report.breaking.push({ id, workflowId, runId, isOpen, difference });
  }
  return report;
}

export function tellReplay(reports: ReplayReport[]): void {
  const rows = reports.map(({ workflow, replayed, open, breaking }) => [
    workflow,
    String(replayed),
    String(open),
    String(breaking.length),
  ]);
  process.stdout.write(`\n${table(['WORKFLOW', 'REPLAYED', 'RUNNING', 'BREAKING'], rows, process.stdout)}`);
  for (const { workflow, breaking } of reports) {
    for (const { id, isOpen, difference } of breaking)
      process.stderr.write(
        `"${workflow}" does not repeat ${id}${isOpen ? ', which is running' : ''}: ${difference}\n`,
      );
  }
  if (reports.some(({ breaking }) => breaking.length > 0)) process.stderr.write(`${REFUSAL}\n`);
}

const REFUSAL =
  'This build is refused, and the manifest is as it was: its code does other things than is on record. Invocations that run stay on the build they began on in any case, so deploying it harms none of them; what breaks is taking one over to this build. Give the changed workflow a new name, or leave out --replay, if that is meant.';
