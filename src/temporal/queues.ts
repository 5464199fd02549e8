/** Every process of a project that runs handlers serves the loop's queue, named by the project, and one queue per action. */
export const actionQueue = (project: string, action: string): string => `${project}/${action}`;
