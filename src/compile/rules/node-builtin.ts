import type { Kept } from '../graph.ts';
import type { Link } from '../links.ts';
import { linksOf } from '../links.ts';
import { SDK } from '../sdk.ts';
import type { Rule, RuleInput } from './rule.ts';
import { found } from './rule.ts';

export const BUILTIN_CURE =
  'Move what needs it into the handler of an action and call that as a step. A type alone is imported by `import type`.';

const WHY = 'it runs again from its record, in a sandbox without Node, so it may not act outside.';

/** Of packages, the bundler finds it out. */
export const nodeBuiltin: Rule = (input) =>
  [...input.graph.kept.values()].flatMap((kept) =>
    linksOf(kept).flatMap((link) => {
      const { specifier, node } = link;
      const { module } = kept;
      const isBuiltin = input.project.target(specifier, module.file).kind === 'builtin';
      const what = isBuiltin ? `\`${specifier}\`` : (ofSdk(input, kept, link) ?? lackingIn(kept, link));
      if (what === undefined) return [];
      return [
        found(input, 'node-builtin', { module, node }, `A workflow imports ${what}: ${WHY}`, BUILTIN_CURE),
      ];
    }),
  );

function ofSdk(
  { project, sdkNames }: RuleInput,
  { module, imports }: Kept,
  { specifier, node }: Link,
): string | undefined {
  if (specifier.startsWith(`${SDK}/`)) return `\`${specifier}\`, which runs on Node`;
  if (project.target(specifier, module.file).kind !== 'sdk') return undefined;
  const names = [...imports].filter((one) => one.node === node).map(({ imported }) => imported);
  const lacking = names.filter((name) => name !== '*' && !sdkNames.has(name));
  return lacking.length === 0 ? undefined : `\`${lacking.join('`, `')}\` of \`${SDK}\`, which runs on Node`;
}

/** Of these two, Temporal brings along that much. */
const PRESENT: Record<string, readonly string[]> = {
  util: ['TextEncoder', 'TextDecoder'],
  url: ['URL', 'URLSearchParams'],
};

function lackingIn({ imports }: Kept, { specifier, node }: Link): string | undefined {
  const present = PRESENT[specifier.replace(/^node:/, '')];
  if (!present) return undefined;
  const names = [...imports].filter((one) => one.node === node).map(({ imported }) => imported);
  const lacking = names.filter((name) => !present.includes(name));
  if (names.length > 0 && lacking.length === 0) return undefined;
  const shown = lacking.includes('*') || lacking.length === 0 ? 'all' : `\`${lacking.join('`, `')}\``;
  return `${shown} of \`${specifier}\`, of which the sandbox has \`${present.join('` and `')}\` only`;
}
