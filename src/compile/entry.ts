import { join } from 'node:path';
import type { StepEntry } from '../core/step.ts';

/** What the bundle begins with; Temporal runs its default export for every workflow. */
export function entryOf(
  id: string,
  files: readonly string[],
  steps: readonly StepEntry[],
  sandboxDir: string,
): string {
  const from = (path: string): string => JSON.stringify(path);
  const actions = Object.fromEntries(steps.map((step) => [step.name, step]));
  return [
    `import { defineBuild } from ${from(join(sandboxDir, 'build-entry.js'))};`,
    ...files.map((file) => `import ${from(file)};`),
    `defineBuild(${JSON.stringify({ id, actions })});`,
    `export { runWorkflow as default } from ${from(join(sandboxDir, 'run-workflow.js'))};`,
    '',
  ].join('\n');
}
