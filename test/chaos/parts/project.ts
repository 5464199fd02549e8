import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('../fixtures/project/src', import.meta.url));
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** The folder of a user's project whose `@do-sdk/core` is the given build. */
export function makeProject(root: string, packageRoot: string): string {
  const project = join(root, 'project');
  mkdirSync(join(project, 'node_modules', '@do-sdk'), { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'chaos', type: 'module' }));
  cpSync(SOURCES, join(project, 'src'), { recursive: true });
  symlinkSync(packageRoot, join(project, 'node_modules', '@do-sdk', 'core'));
  symlinkSync(join(REPOSITORY, 'node_modules', 'zod'), join(project, 'node_modules', 'zod'));
  return project;
}
