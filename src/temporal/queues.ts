/** Every process of a project that runs handlers serves the loop's queue, named by the project, and one queue per action. */
export const actionQueue = (project: string, action: string): string => `${project}/${action}`;

/** A build is served by the processes that have it, and by no other. */
export const buildQueue = (project: string, build: string): string => `${project}/build/${build}`;
