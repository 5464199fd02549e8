import type { StepEntry } from '../core/step.ts';
import type { CompiledWait, CompiledWorkflow } from './options.ts';

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
  const { name, version, description, file, line, signals, approvals, waits, steps } = workflow;
  const waitsFor = (kind: CompiledWait['kind']): CompiledWait[] => waits.filter((wait) => wait.kind === kind);
  const children = steps.filter(({ kind }) => kind === 'workflow');
  return [
    `## ${name}, version ${version}`,
    ...(description === undefined ? [] : [description]),
    `Defined in \`${file}:${line}\`.`,
    `Signals: ${listed(signals, waitsFor('signal'))}. Approvals: ${listed(approvals, waitsFor('approval'))}.`,
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

function listed(names: readonly string[] | null, waits: readonly CompiledWait[]): string {
  const places = waits.map(({ name, file, line }) => `${shown(name)} at \`${file}:${line}\``);
  if (names === null) return ['not all known before it runs', ...places].join(', ');
  return places.length === 0 ? 'none' : places.join(', ');
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
