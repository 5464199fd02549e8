import { readFileSync, statSync } from 'node:fs';
import type { ParseResult } from '@babel/parser';
import { parse } from '@babel/parser';
import type { File } from '@babel/types';

/** A module as it was written. */
export interface Parsed {
  file: string;
  text: string;
  ast: ParseResult<File>;
}

export class SyntaxProblem extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** Throws a `SyntaxProblem` for what is no TypeScript. */
export function parseFile(file: string): Parsed {
  const text = readFileSync(file, 'utf8');
  try {
    const ast = parse(text, {
      sourceType: 'module',
      attachComment: false,
      plugins: ['typescript', 'decorators', ...(file.endsWith('x') ? ['jsx' as const] : [])],
    });
    return { file, text, ast };
  } catch (error) {
    const { loc, message } = error as { loc?: { line: number; column: number }; message: string };
    if (!loc) throw error;
    throw new SyntaxProblem(message.replace(/ \(\d+:\d+\)$/, ''), loc.line, loc.column + 1);
  }
}

/** Of a file that has not changed since, the same value again. */
export function cachedByFile<T>(make: (file: string) => T): (file: string) => T {
  const known = new Map<string, { stamp: string; value: T }>();
  return (file) => {
    const { mtimeMs, size, ino } = statSync(file);
    const stamp = `${mtimeMs}/${size}/${ino}`;
    const earlier = known.get(file);
    if (earlier?.stamp === stamp) return earlier.value;
    const value = make(file);
    known.set(file, { stamp, value });
    return value;
  };
}
