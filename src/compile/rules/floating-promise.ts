import type { Node } from '@babel/types';
import { calledFunction, durableCall } from '../calls.ts';
import { ancestorsOf, below } from '../kept-nodes.ts';
import type { Place } from '../lookup.ts';
import type { UserModule } from '../module.ts';
import { bare, isFunction, propertyName } from '../walk.ts';
import type { Rule, RuleInput } from './rule.ts';
import { found } from './rule.ts';

/** A step that nobody waits for is cut off when the workflow ends, and its failure is lost. */
export const floatingPromise: Rule = (input) =>
  input.nodes.flatMap((place) => {
    const { module, node } = place;
    if (!isPromise(input, place)) return [];
    const what = shorten(module.text.slice(node.start!, node.end!));
    const forEach = forEachAround(module, node);
    if (forEach) {
      const message = `\`${what}\` is in a \`forEach\`, which waits for nothing: ${WHY}`;
      return [
        found(
          input,
          'floating-promise',
          place,
          message,
          'Write `for (const item of items) await …`, or `await ctx.parallel(items, async (item) => …)`.',
        ),
      ];
    }
    if (!isDropped(module, node)) return [];
    const cure = 'Write `await` before it; `void` if the workflow may really end without it.';
    return [found(input, 'floating-promise', place, `Nobody waits for \`${what}\`: ${WHY}`, cure)];
  });

const WHY = 'the workflow may end before it, which cuts it off, and its failure is lost.';

/** A step, several of them joined, or a function of the user's that has some. */
function isPromise(input: RuleInput, { module, node }: Place): boolean {
  if (durableCall(input.project, input.contexts, { module, node })) return true;
  if (node.type !== 'CallExpression') return false;
  const hasSteps = (within: UserModule, root: Node): boolean =>
    [...below(within, root)].some((part) =>
      durableCall(input.project, input.contexts, { module: within, node: part }),
    );
  const callee = bare(node.callee);
  if (callee.type === 'MemberExpression' && bare(callee.object).type === 'Identifier') {
    const object = bare(callee.object);
    const isJoin =
      object.type === 'Identifier' &&
      object.name === 'Promise' &&
      /^(all|allSettled|race|any)$/.test(propertyName(callee) ?? '');
    if (isJoin) return hasSteps(module, node);
  }
  const called = calledFunction(input.project, { module, node });
  if (!called || !isFunction(called.node) || called.node.async !== true) return false;
  return hasSteps(called.module, called.node);
}

/** The `forEach` whose callback this is in. */
function forEachAround(module: UserModule, node: Node): Node | undefined {
  const ancestors = ancestorsOf(module, node);
  const callback = ancestors.find(isFunction);
  const call = callback && module.scopes.parentOf.get(callback);
  if (call?.type !== 'CallExpression' && call?.type !== 'OptionalCallExpression') return undefined;
  const isForEach = propertyName(bare(call.callee)) === 'forEach';
  return isForEach && call.callee !== callback ? call : undefined;
}

/** Whether the value of a promise goes nowhere. */
function isDropped(module: UserModule, node: Node): boolean {
  const parent = module.scopes.parentOf.get(node);
  switch (parent?.type) {
    case 'ExpressionStatement':
      return true;
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
    case 'ParenthesizedExpression':
      return isDropped(module, parent);
    case 'LogicalExpression':
      return parent.right === node && isDropped(module, parent);
    case 'ConditionalExpression':
      return parent.test !== node && isDropped(module, parent);
    case 'SequenceExpression':
      return parent.expressions.at(-1) !== node || isDropped(module, parent);
    case 'VariableDeclarator':
    case 'AssignmentExpression':
      return isUnread(module, parent.type === 'VariableDeclarator' ? parent.id : parent.left);
    default:
      return false;
  }
}

function isUnread(module: UserModule, target: Node): boolean {
  const binding = module.scopes.bindingOf.get(target);
  // What is exported or at the top is read elsewhere.
  return binding !== undefined && !binding.isTop && binding.reads === 0;
}

const LONGEST = 60;
const shorten = (code: string): string => {
  const line = code.replace(/\s+/g, ' ');
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
};
