import { actionNotLiteral } from './action-not-literal.ts';
import { duplicateName } from './duplicate-name.ts';
import { dynamicImport } from './dynamic-import.ts';
import { endlessLoop } from './endless-loop.ts';
import { floatingPromise } from './floating-promise.ts';
import { handlerInline } from './handler-inline.ts';
import { missingGlobal } from './missing-global.ts';
import { nodeBuiltin } from './node-builtin.ts';
import type { Rule } from './rule.ts';
import { topLevelAwait } from './top-level-await.ts';
import { unknownAction } from './unknown-action.ts';
import { workflowNotTopLevel } from './workflow-not-top-level.ts';

/** What is refused. */
export const REFUSALS: readonly Rule[] = [
  nodeBuiltin,
  missingGlobal,
  dynamicImport,
  topLevelAwait,
  workflowNotTopLevel,
  actionNotLiteral,
  duplicateName,
  unknownAction,
  handlerInline,
  floatingPromise,
];

export const WARNINGS: readonly Rule[] = [endlessLoop];
