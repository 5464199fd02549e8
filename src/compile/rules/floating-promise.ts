import type { Node } from '@babel/types';
import type { Place } from '../lookup.ts';
import type { UserModule } from '../module.ts';
import { ancestorsOf } from '../nodes.ts';
import type { Awaitable } from '../promises.ts';
import { awaitableOf } from '../promises.ts';
import { bare, isFunction, propertyName } from '../walk.ts';
import type { Rule } from './rule.ts';
import { found } from './rule.ts';

/** A step that nobody waits for is cut off when the workflow ends, and its failure is lost. */
export const floatingPromise: Rule = (input) =>
  input.nodes.flatMap((place) => {
    const awaitable = awaitableOf(input.project, input.contexts, place);
    const [why, cure] = (awaitable && whyFloating(place, awaitable)) ?? [];
    if (why === undefined || cure === undefined) return [];
    const { module, node } = place;
    const what = shorten(module.text.slice(node.start!, node.end!));
    const message = `Nobody waits for \`${what}\`${why}: the workflow may end before it, which cuts it off, and its failure is lost.`;
    return [found(input, 'floating-promise', place, message, cure)];
  });

const EACH = 'Write `for (const item of items) await …`, or `await ctx.parallel(items, async (item) => …)`.';
const ALL = 'Write `await Promise.all(…)` around it, or `await ctx.parallel(items, async (item) => …)`.';
const ONE = 'Write `await` before it; `void` if the workflow may really end without it.';

/** How the value of a promise gets lost, and what to write instead. */
function whyFloating({ module, node }: Place, awaitable: Awaitable): [why: string, cure: string] | undefined {
  const parent = module.scopes.parentOf.get(node);
  if (awaitable === 'array') {
    if (parent?.type === 'AwaitExpression') return [', since `await` of an array waits for nothing', ALL];
    return isDropped(module, node) ? ['', ALL] : undefined;
  }
  const isGivenBack = parent && (isFunction(parent) || /^(Await|Yield|Return)/.test(parent.type));
  const isLost = isGivenBack || isDropped(module, node);
  if (isLost && isInForEach(module, node)) return [', since `forEach` waits for nothing', EACH];
  return isDropped(module, node) ? ['', ONE] : undefined;
}

/** In the callback itself: what a function in it does is that one's. */
function isInForEach(module: UserModule, node: Node): boolean {
  const callback = ancestorsOf(module, node).find(isFunction);
  const call = callback && module.scopes.parentOf.get(callback);
  if (call?.type !== 'CallExpression' && call?.type !== 'OptionalCallExpression') return false;
  return call.callee !== callback && propertyName(bare(call.callee)) === 'forEach';
}

/** Whether a value goes nowhere. */
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
  // What is at the top of a module may be read by another one.
  return binding !== undefined && !binding.isTop && binding.reads === 0;
}

const LONGEST = 60;
const shorten = (code: string): string => {
  const line = code.replace(/\s+/g, ' ');
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
};
