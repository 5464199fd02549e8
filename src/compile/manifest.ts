import type { StepEntry } from '../core/step.ts';
import type { CompiledWorkflow } from './options.ts';

/** What `<build>.json` tells beside the bundle: enough to serve and to show the build without running it. */
export interface BuildManifest {
  id: string;
  createdAt: string;
  workflows: readonly CompiledWorkflow[];
  /** As they were when it was built, which is what its runs go by. */
  actions: readonly StepEntry[];
  /** `name@version`. */
  packages: readonly string[];
}
