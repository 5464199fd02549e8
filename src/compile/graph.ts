import type { Node } from '@babel/types';
import type { Exported, Imported, UserModule } from './module.ts';
import { isTable, runsSomething } from './changes.ts';
import type { Project } from './project.ts';
import type { Unit } from './units.ts';

/** What the workflows need of one module. */
export interface Kept {
  module: UserModule;
  units: Set<Unit>;
  /** By the local name. */
  imports: Set<Imported>;
  /** `export … from`, `export { … }` and `export *`: the specifiers and statements that somebody needs. */
  exports: Set<Node>;
}

/**
 * What workflows need, found from them by reference: nothing is loaded, and what nobody asks for stays outside. So a
 * module may hold handlers, servers and top-level calls beside its workflows.
 */
export class Graph {
  readonly kept = new Map<string, Kept>();
  readonly project: Project;

  constructor(project: Project) {
    this.project = project;
  }

  /** A module that defines workflows; one that defines none adds nothing. */
  addRoots(file: string): void {
    const module = this.project.module(file);
    if (!module) return;
    for (const unit of module.units) if (definesWorkflow(module, unit)) this.#keep(module, unit);
  }

  #of(module: UserModule): Kept {
    const known = this.kept.get(module.file);
    if (known) return known;
    const kept = { module, units: new Set<Unit>(), imports: new Set<Imported>(), exports: new Set<Node>() };
    this.kept.set(module.file, kept);
    return kept;
  }

  #keep(module: UserModule, unit: Unit): void {
    const { units } = this.#of(module);
    if (units.has(unit)) return;
    units.add(unit);
    for (const name of unit.uses) this.#keepName(module, name);
    for (const name of unit.names) this.#keepChanges(module, name);
  }

  #keepName(module: UserModule, name: string): void {
    const imported = module.imports.get(name);
    if (imported) this.#keepImport(module, imported);
    for (const unit of module.unitsByName.get(name) ?? []) this.#keep(module, unit);
  }

  /** A table that is filled below its declaration would be empty without those statements. */
  #keepChanges(module: UserModule, name: string): void {
    if (!isTable(this.project, module, name)) return;
    for (const unit of module.units) {
      const changesIt = unit.names.length === 0 && unit.changes.has(name);
      if (changesIt && !runsSomething(this.project, module, unit.node)) this.#keep(module, unit);
    }
  }

  #keepImport(module: UserModule, imported: Imported): void {
    const { imports } = this.#of(module);
    if (imports.has(imported)) return;
    imports.add(imported);
    this.#follow(module, imported.specifier, imported.imported, imported.node);
  }

  /** Where an import leads to a module of the user's, that one has to have the name. */
  #follow(module: UserModule, specifier: string, name: string, node: Node): void {
    const target = this.project.target(specifier, module.file);
    const at = { file: module.file, node };
    if (target.kind === 'missing') {
      const cure = 'Correct the path, or create the file.';
      this.project.problem('unresolved-import', at, `There is no module at \`${specifier}\`.`, cure);
    }
    const other = this.project.imported(specifier, module.file);
    if (!other) return;
    if (name === '*') this.#demandAll(other, new Set());
    else if (!this.#demand(other, name, new Set())) this.#missing(at, specifier, name);
  }

  #missing(at: { file: string; node: Node }, specifier: string, name: string): void {
    const what = name === 'default' ? 'no default export' : `no \`${name}\``;
    const cure = 'Correct the name, or write `import type` if it is a type.';
    this.project.problem('unresolved-import', at, `\`${specifier}\` exports ${what}.`, cure);
  }

  #demandAll(module: UserModule, seen: Set<UserModule>): void {
    if (seen.has(module)) return;
    seen.add(module);
    for (const name of module.exports.keys()) this.#demand(module, name, new Set());
    for (const star of module.stars) {
      this.#of(module).exports.add(star);
      const other = this.project.imported(star.source.value, module.file);
      if (other) this.#demandAll(other, seen);
    }
  }

  /** False when the module has no value of that name. */
  #demand(module: UserModule, name: string, seen: Set<UserModule>): boolean {
    const exported = module.exports.get(name);
    if (exported) return this.#demandExport(module, exported, seen);
    if (seen.has(module) || name === 'default') return false;
    seen.add(module);
    const outside: Node[] = [];
    for (const star of module.stars) {
      const other = this.project.imported(star.source.value, module.file);
      if (!other) outside.push(star);
      else if (this.#demand(other, name, seen)) return this.#addExport(module, star);
    }
    // What none of the user's modules has may come from a package.
    for (const star of outside) this.#addExport(module, star);
    return outside.length > 0;
  }

  #demandExport(module: UserModule, exported: Exported, seen: Set<UserModule>): boolean {
    if (exported.kind === 'local') {
      const { local, node } = exported;
      if (!module.imports.has(local) && !module.unitsByName.has(local)) return false;
      if (node.type === 'ExportSpecifier') this.#addExport(module, node);
      this.#keepName(module, local);
      return true;
    }
    const { specifier, imported, node } = exported;
    const other = this.project.imported(specifier, module.file);
    if (other && imported !== '*' && !this.#demand(other, imported, seen)) return false;
    const { exports } = this.#of(module);
    if (exports.has(node)) return true;
    exports.add(node);
    if (!other || imported === '*') this.#follow(module, specifier, imported, node);
    return true;
  }

  #addExport(module: UserModule, node: Node): true {
    this.#of(module).exports.add(node);
    return true;
  }
}

/** Wherever in it: one in a function is refused by a rule, which has to see it. */
function definesWorkflow(module: UserModule, unit: Unit): boolean {
  const search = (node: Node): boolean => module.isWorkflow(node) || module.childrenOf(node).some(search);
  return search(unit.node);
}
