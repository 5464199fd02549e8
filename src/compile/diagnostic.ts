import { DoError } from '../core/errors.ts';

/** One thing that a build refuses or warns of. */
export interface Diagnostic {
  /** Which rule, as docs and tests name it. */
  rule: string;
  /** From the project's root. */
  file: string;
  line: number;
  column: number;
  /** What and why. */
  message: string;
  cure: string;
}

/** By place, so that a message reads as the files do; the same finding of two passes counts once. */
export function sorted(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const distinct = new Map(diagnostics.map((found) => [JSON.stringify(found), found]));
  return [...distinct.values()].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.rule, b.rule),
  );
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

export const format = ({ rule, file, line, column, message, cure }: Diagnostic): string =>
  `${file}:${line}:${column} ${rule}: ${message}\n    ${cure}`;

/** All of them in one error: whoever mends one wants to know of the next at once. */
export function refuse(diagnostics: readonly Diagnostic[]): never {
  const found = sorted(diagnostics);
  const count = found.length === 1 ? 'one place' : `${found.length} places`;
  throw new DoError(
    'WORKFLOW_INVALID',
    `The workflows cannot be built, because of ${count}:\n${found.map((one) => `  ${format(one)}`).join('\n')}`,
  );
}
