import type { ActionClient } from '../core/client.ts';
import { isDoError } from '../core/errors.ts';
import type { CallOptions, Handle } from '../core/verbs.ts';

/** Starts whatever has the name. An action is tried first; that there is none has started nothing. */
export async function startByName(
  door: ActionClient,
  name: string,
  input: unknown,
  options: CallOptions,
): Promise<Handle<unknown>> {
  try {
    return await door.action(name).start(input, options);
  } catch (noAction) {
    if (!isDoError(noAction) || noAction.code !== 'ACTION_NOT_FOUND') throw noAction;
    return await door
      .workflow(name)
      .start(input, options)
      .catch((error: unknown) => {
        throw isDoError(error) && error.code === 'WORKFLOW_NOT_FOUND' ? noAction : error;
      });
  }
}
