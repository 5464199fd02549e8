import { DoError } from './errors.ts';
import type { Invocation } from './invocation.ts';

/** What a name stands for; actions and workflows share one name space. */
export type Kind = Invocation['kind'];

export const KINDS: readonly Kind[] = ['action', 'workflow'];

/** The code for a name that nothing of that sort has. */
export const NOT_FOUND = {
  action: 'ACTION_NOT_FOUND',
  workflow: 'WORKFLOW_NOT_FOUND',
  signal: 'SIGNAL_NOT_FOUND',
  approval: 'APPROVAL_NOT_FOUND',
} as const;

const withArticle = (kind: Kind): string => (kind === 'action' ? 'an action' : 'a workflow');

/** The name is known, but for the other kind: every door says so in the same words. */
export function ofOtherKind(name: string, wanted: Kind): DoError {
  const is: Kind = wanted === 'action' ? 'workflow' : 'action';
  return new DoError(
    NOT_FOUND[wanted],
    `"${name}" is ${withArticle(is)}, not ${withArticle(wanted)}: use \`client.${is}('${name}')\`, over HTTP \`/v1/${is}s/${name}\`.`,
  );
}

/** No name at all, so nothing can have it. */
export const notAName = (sort: keyof typeof NOT_FOUND, name: string): DoError =>
  new DoError(
    NOT_FOUND[sort],
    `There is no ${sort} ${JSON.stringify(name.slice(0, 128))}: names are lower-case words joined by dots, dashes or underscores.`,
  );
