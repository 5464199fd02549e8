/** Every process of a project that runs handlers serves the loop's queue, named by the project, and one queue per action. */
export const actionQueue = (project: string, action: string): string => `${project}/${action}`;

/** A build is served by the processes that have it, and by no other. */
export const buildQueue = (project: string, build: string): string => `${project}/build/${build}`;

/** Undefined for a queue of another kind: no action's name has a slash. */
export const buildOf = (queue: string): string | undefined => /\/build\/([^/]+)$/.exec(queue)?.[1];
