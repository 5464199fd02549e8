import type { Contexts } from './contexts.ts';
import type { Definition } from './definition.ts';
import { definitionOf } from './definition.ts';
import type { Place } from './lookup.ts';
import { lookup } from './lookup.ts';
import type { Project } from './project.ts';
import { bare, propertyName } from './walk.ts';

/** A call that the record of a workflow has a line for, and whose promise somebody has to wait for. */
export type DurableCall =
  /** `charge.invoke(…)`; `target` is undefined where it comes from a package. */
  | { kind: 'step'; verb: string; target: Definition | undefined }
  /** `ctx.sleep(…)` and the like. */
  | { kind: 'wait'; verb: string };

const VERBS = new Set(['invoke', 'run', 'start']);
const WAITS = new Set(['sleep', 'waitForSignal', 'approval', 'parallel', 'loop']);

export function durableCall(
  project: Project,
  contexts: Contexts,
  { module, node }: Place,
): DurableCall | undefined {
  if (node.type !== 'CallExpression' && node.type !== 'OptionalCallExpression') return undefined;
  const method = contexts.methodOf(module, node.callee);
  if (method !== undefined) return WAITS.has(method) ? { kind: 'wait', verb: method } : undefined;
  const callee = bare(node.callee);
  if (callee.type !== 'MemberExpression' && callee.type !== 'OptionalMemberExpression') return undefined;
  const verb = propertyName(callee);
  if (verb === undefined || !VERBS.has(verb)) return undefined;
  const target = definitionOf(project, { module, node: callee.object });
  if (typeof target === 'object') return { kind: 'step', verb, target };
  // Other packages have objects with `run` and `start` too.
  return target === 'foreign' && verb === 'invoke' ? { kind: 'step', verb, target: undefined } : undefined;
}

/** The function of the user's that a call runs, where that can be told. */
export function calledFunction(project: Project, { module, node }: Place): Place | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const found = lookup(project, { module, node: node.callee });
  if (typeof found !== 'object') return undefined;
  const isFunction = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(
    found.node.type,
  );
  return isFunction ? found : undefined;
}
