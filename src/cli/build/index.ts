import { allRegistered } from '../../core/registry.ts';
import type { AnyAction } from '../../core/definition.ts';
import { toEntry } from '../../runtime/catalogue.ts';
import { writeManifest } from '../../runtime/manifest.ts';
import { findProject } from '../../runtime/project.ts';
import { loadActions } from '../load-actions.ts';
import { table } from '../terminal.ts';
import { outsideOf } from './outside.ts';

export interface BuildOptions {
  strict?: boolean;
  json?: boolean;
}

interface Built {
  name: string;
  level: string;
  /** By what it may act outside. */
  outside: string[];
  /** Acts outside, and nothing says what becomes of that when an attempt dies half-way. */
  isUnprotected: boolean;
}

/** Writes the manifest of the project, and names the actions whose outside effects nothing protects. */
export async function build({ strict, json }: BuildOptions): Promise<void> {
  await loadActions();
  const actions = allRegistered().sort((a, b) => (a.name < b.name ? -1 : 1));
  writeManifest(findProject().dataDir, actions.map(toEntry));
  const built = actions.map(describe);
  const unprotected = built.filter(({ isUnprotected }) => isUnprotected);
  if (json) process.stdout.write(`${JSON.stringify({ items: built })}\n`);
  else process.stdout.write(table(['NAME', 'LEVEL', 'ACTS OUTSIDE BY'], built.map(toRow), process.stdout));
  for (const action of unprotected) process.stderr.write(`${warningOf(action)}\n`);
  if (strict && unprotected.length > 0) process.exitCode = 1;
}

function describe(action: AnyAction): Built {
  const outside = outsideOf(action);
  const isUnprotected = action.level === 'none' && outside.length > 0;
  return { name: action.name, level: action.level, outside, isUnprotected };
}

const toRow = ({ name, level, outside }: Built): string[] => [name, level, outside.join(', ')];

const warningOf = ({ name, outside }: Built): string =>
  `"${name}" acts outside (${outside.join(', ')}) and has no level: a repeated or late attempt may act twice. It lacks one of: \`transactional: true\` with its effects by \`ctx.tx\`; \`compensate\`, which takes an attempt back; \`ctx.idempotencyKey\` passed on, so that the other side drops the second one; \`ctx.once\` around the call. See docs/guarantees.md.`;
