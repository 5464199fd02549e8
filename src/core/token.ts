/**
 * What the other side of an effect removes duplicates by: the same on every attempt and after every crash.
 * The first run id is a UUID that Temporal keeps over continue-as-new and reset, so it alone is unique; the name is
 * there for whoever reads it in the other side's records. A plain string, since the sandbox has no hash function.
 */
export const invocationToken = (name: string, firstRunId: string): string => `${name}/${firstRunId}`;
