/**
 * What the other side of an effect removes duplicates by: the same on every attempt and after every crash.
 * The first run id is a UUID that Temporal keeps over continue-as-new and reset, so it alone is unique; the name is
 * there for whoever reads it in the other side's records. A plain string, since the sandbox has no hash function.
 * The epoch rises when a compensation has completed: what was taken back must not be replayed as done.
 */
export const invocationToken = (name: string, firstRunId: string, epoch = 0): string =>
  epoch === 0 ? `${name}/${firstRunId}` : `${name}/${firstRunId}/${epoch}`;

/** By which the store tells a compensation from the attempt it takes back; outside both have the same token. */
export const compensationToken = (token: string): string => `${token}/compensate`;

/** Of one step: a slash ends each part, and no name has one. */
export const stepToken = (workflow: string, firstRunId: string, path: string, epoch: number): string =>
  invocationToken(workflow, `${firstRunId}/${path}`, epoch);
