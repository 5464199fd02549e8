import type { StepEntry } from '../core/step.ts';
import type { CompiledWorkflow } from './options.ts';

/** The build as a page for people. */
export function specOf(
  id: string,
  workflows: readonly CompiledWorkflow[],
  steps: readonly StepEntry[],
): string {
  const policies = new Map(steps.map((step) => [step.name, step]));
  const parts = workflows.map((workflow) => partOf(workflow, policies));
  return [`# Workflows of build ${id}`, ...parts].join('\n\n') + '\n';
}

function partOf(workflow: CompiledWorkflow, policies: ReadonlyMap<string, StepEntry>): string {
  const { name, version, description, file, line, signals, approvals, steps } = workflow;
  const children = steps.filter(({ kind }) => kind === 'workflow');
  return [
    `## ${name}, version ${version}`,
    ...(description === undefined ? [] : [description]),
    `Defined in \`${file}:${line}\`.`,
    `Signals: ${listed(signals)}. Approvals: ${listed(approvals)}.`,
    ...table(
      'Steps',
      ['action', 'attempts', 'timeout of one', 'taken back by', 'called at'],
      rowsOf(workflow, policies),
    ),
    ...(children.length === 0
      ? []
      : [
          `Child workflows: ${children.map((child) => `${shown(child.name)} at \`${child.file}:${child.line}\``).join(', ')}.`,
        ]),
  ].join('\n\n');
}

const shown = (name: string | null): string => (name === null ? '_known at run time_' : `\`${name}\``);

function listed(names: readonly string[] | null): string {
  if (names === null) return 'known at run time';
  return names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ');
}

function rowsOf({ steps }: CompiledWorkflow, policies: ReadonlyMap<string, StepEntry>): string[][] {
  return steps
    .filter(({ kind }) => kind === 'action')
    .map(({ name, file, line }) => {
      const entry = name === null ? undefined : policies.get(name);
      const { maximumAttempts, timeoutMs } = entry?.policy ?? {};
      return [
        shown(name),
        String(maximumAttempts ?? ''),
        timeoutMs === undefined ? '' : `${timeoutMs / 1000} s`,
        takenBackBy(entry),
        `\`${file}:${line}\``,
      ];
    });
}

function takenBackBy(entry: StepEntry | undefined): string {
  const compensate = entry?.safety?.compensate;
  if (compensate) return compensate.action === undefined ? 'its `compensate`' : `\`${compensate.action}\``;
  return entry?.safety?.transactional ? 'its transaction' : '';
}

function table(title: string, head: readonly string[], rows: readonly string[][]): string[] {
  if (rows.length === 0) return [`${title}: none.`];
  const toLine = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [[toLine(head), toLine(head.map(() => '---')), ...rows.map(toLine)].join('\n')];
}
