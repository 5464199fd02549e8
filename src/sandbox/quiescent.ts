import { condition } from '@temporalio/workflow';

/**
 * Resolves when everything that can go on without an event has done so: Temporal asks for conditions only then, and this
 * one holds the second time it is asked.
 */
export function quiescent(): Promise<void> {
  let isAsked = false;
  return condition(() => {
    const wasAsked = isAsked;
    isAsked = true;
    return wasAsked;
  });
}
