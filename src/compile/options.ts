import type { StepEntry } from '../core/step.ts';
import type { Diagnostic } from './diagnostic.ts';

/** What is compiled, and where to. */
export interface CompileOptions {
  /** Absolute paths of the modules that define workflows; what they import is found from there. */
  files: readonly string[];
  /** The actions of the process; without them no name can be called unknown. */
  actions: readonly StepEntry[] | undefined;
  /** Messages and hashes name files by their path from here, so that both are the same on every machine. */
  root: string;
  /** Where builds are kept: `<data dir>/builds`. */
  buildsDir: string;
}

/** One bundle with all workflows of a process, named by a hash of what it was made of. */
export interface Build {
  id: string;
  codePath: string;
  bytes: number;
  ms: number;
  /** It was there already, so nothing was bundled. */
  isCached: boolean;
  workflows: CompiledWorkflow[];
  warnings: Diagnostic[];
}

export interface CompiledWorkflow {
  name: string;
  version: string;
  description?: string;
  /** From the project's root. */
  file: string;
  line: number;
  /** The signals it waits for; null where the code alone does not tell. */
  signals: string[] | null;
  approvals: string[] | null;
  /** Where it waits for them; a name is null where it is only known at run time. */
  waits: CompiledWait[];
  /** The actions it calls, in the order in which they are written; a name is null where it is only known at run time. */
  steps: CompiledStep[];
}

export interface CompiledStep {
  name: string | null;
  kind: 'action' | 'workflow';
  file: string;
  line: number;
}

export interface CompiledWait {
  kind: 'signal' | 'approval';
  name: string | null;
  file: string;
  line: number;
}
