export { compileWorkflows } from './compile.ts';
export type { Build, CompileOptions, CompiledWorkflow } from './options.ts';
export type { Diagnostic } from './diagnostic.ts';
export type { BuildManifest } from './manifest.ts';
