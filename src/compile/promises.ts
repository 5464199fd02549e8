import type { Node } from '@babel/types';
import { calledFunction, durableCall } from './calls.ts';
import type { Contexts } from './contexts.ts';
import type { Place } from './lookup.ts';
import { below } from './nodes.ts';
import type { UserModule } from './module.ts';
import type { Project } from './project.ts';
import { bare, isFunction, propertyName } from './walk.ts';

/** What somebody has to wait for: one promise, or an array of them, for which `await` by itself does nothing. */
export type Awaitable = 'promise' | 'array';

/** Of a step, of several of them, and of a function of the user's that has some; undefined for anything else. */
export function awaitableOf(project: Project, contexts: Contexts, place: Place): Awaitable | undefined {
  const { module, node } = place;
  if (durableCall(project, contexts, place)) return 'promise';
  if (node.type !== 'CallExpression') return undefined;
  const hasSteps = (within: UserModule, root: Node): boolean =>
    [...below(within, root)].some((part) => durableCall(project, contexts, { module: within, node: part }));
  const joined = joinOf(node.callee);
  if (joined) return hasSteps(module, node) ? joined : undefined;
  const called = calledFunction(project, place);
  const isAsync = called && isFunction(called.node) && called.node.async === true;
  return isAsync && hasSteps(called.module, called.node) ? 'promise' : undefined;
}

/** `Promise.all` and the like give one, `map` gives many. */
function joinOf(expression: Node): Awaitable | undefined {
  const callee = bare(expression);
  if (callee.type !== 'MemberExpression') return undefined;
  const object = bare(callee.object);
  const method = propertyName(callee) ?? '';
  if (object.type === 'Identifier' && object.name === 'Promise')
    return /^(all|allSettled|race|any)$/.test(method) ? 'promise' : undefined;
  return method === 'map' || method === 'flatMap' ? 'array' : undefined;
}
