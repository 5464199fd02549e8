import type { Node } from '@babel/types';
import type { Diagnostic } from './diagnostic.ts';
import type { UserModule } from './module.ts';
import { readModule } from './module.ts';
import { SyntaxProblem } from './parse.ts';
import type { Aliases, Target } from './resolve.ts';
import { aliasesOf, posixFrom, resolveImport } from './resolve.ts';
import { isSdk } from './sdk.ts';

/** The user's modules as one build sees them, and what it found wrong. */
export class Project {
  readonly root: string;
  readonly problems: Diagnostic[] = [];
  readonly #aliases: Aliases;
  readonly #targets = new Map<string, Target | { kind: 'sdk' }>();
  readonly #modules = new Map<string, UserModule | undefined>();

  constructor(root: string) {
    this.root = root;
    this.#aliases = aliasesOf(root);
  }

  /** Undefined for a file that cannot be parsed, which is then a problem. */
  module(file: string): UserModule | undefined {
    // Once per build, so that a file that is saved meanwhile is not seen in two states.
    if (!this.#modules.has(file)) this.#modules.set(file, this.#read(file));
    return this.#modules.get(file);
  }

  target(specifier: string, from: string): Target | { kind: 'sdk' } {
    const key = `${from}\0${specifier}`;
    const known = this.#targets.get(key);
    if (known) return known;
    const target = isSdk(specifier, from)
      ? { kind: 'sdk' as const }
      : resolveImport(specifier, from, this.#aliases);
    this.#targets.set(key, target);
    return target;
  }

  /** The module of the user's that an import leads to. */
  imported(specifier: string, from: string): UserModule | undefined {
    const target = this.target(specifier, from);
    return target.kind === 'module' ? this.module(target.file) : undefined;
  }

  relative(file: string): string {
    return posixFrom(this.root, file);
  }

  problem(rule: string, at: { file: string; node: Node }, message: string, cure: string): void {
    this.problems.push(this.finding(rule, at, message, cure));
  }

  finding(
    rule: string,
    { file, node }: { file: string; node: Node },
    message: string,
    cure: string,
  ): Diagnostic {
    const { line, column } = node.loc!.start;
    return { rule, file: this.relative(file), line, column: column + 1, message, cure };
  }

  #read(file: string): UserModule | undefined {
    try {
      return readModule(file);
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      const { line, column, message } = error;
      const cure = 'Mend it; the compiler of types (`npx tsc --noEmit`) tells more.';
      this.problems.push({ rule: 'syntax', file: this.relative(file), line, column, message, cure });
      return undefined;
    }
  }
}
