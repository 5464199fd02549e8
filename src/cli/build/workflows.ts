import type { WorkflowBuild } from '../../runtime/build.ts';
import { roughly } from '../durations.ts';
import { table } from '../terminal.ts';

/** What a program wants to know of a build. */
export const summaryOf = ({ id, codePath, bytes, ms, isCached, workflows, warnings }: WorkflowBuild) => ({
  id,
  codePath,
  bytes,
  ms,
  isCached,
  workflows,
  warnings,
});

export function tellWorkflows(build: WorkflowBuild): void {
  const rows = build.workflows.map(({ name, version, file, line, steps, signals }) => [
    name,
    version,
    String(steps.length),
    signals === null ? 'known at run time' : signals.join(', '),
    `${file}:${line}`,
  ]);
  process.stdout.write(
    `\n${table(['WORKFLOW', 'VERSION', 'STEPS', 'SIGNALS', 'DEFINED AT'], rows, process.stdout)}`,
  );
  process.stdout.write(`\nBuild ${build.id}: ${kib(build.bytes)}, ${tookOf(build)}\n`);
  for (const { file, line, column, rule, message, cure } of build.warnings)
    process.stderr.write(`${file}:${line}:${column} ${rule}: ${message}\n    ${cure}\n`);
}

export const kib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;

const tookOf = ({ ms, isCached }: WorkflowBuild): string =>
  isCached ? `there already, found in ${roughly(ms)}` : `compiled in ${roughly(ms)}`;
