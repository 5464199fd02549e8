import type { StepEntry } from '../core/step.ts';

/** What is compiled in beside the workflows: the actions they call, as they were when the build was made. */
export interface SandboxBuild {
  id: string;
  actions: Readonly<Record<string, StepEntry>>;
}

let build: SandboxBuild | undefined;

/** Called by the entry of a bundle, before any workflow runs. */
export function defineBuild(defined: SandboxBuild): void {
  build = defined;
}

export const currentBuild = (): SandboxBuild => build ?? { id: '', actions: {} };
