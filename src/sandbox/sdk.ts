/** What `@do-sdk/core` is in a workflow's bundle: an action there is its name, and a call of it a step. */
export { ActionError } from '../core/action-error.ts';
export { DoError } from '../core/errors.ts';
export { Workflow } from '../core/workflow.ts';
export { Action, client } from './action-reference.ts';
