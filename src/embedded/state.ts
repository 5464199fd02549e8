import { readJson, replaceJson } from './json-file.ts';
import { portsFrom, type Ports } from './ports.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What the next supervisor must know: the addresses to keep, and the servers to end when their keeper was killed. */
export interface State {
  ports: Partial<Ports>;
  /** Written before Temporal starts and taken back after it was stopped in order. */
  running: boolean;
  temporal?: ProcessIdentity;
  /** The same for Postgres, which not every supervisor starts. */
  postgresRunning: boolean;
  postgres?: ProcessIdentity;
}

export function readState(path: string): State {
  const { ports, running, temporal, postgresRunning, postgres } = readJson(path) ?? {};
  return {
    ports: portsFrom(ports),
    running: running === true,
    ...named('temporal', temporal),
    postgresRunning: postgresRunning === true,
    ...named('postgres', postgres),
  };
}

function named<Name extends string>(name: Name, value: unknown): Partial<Record<Name, ProcessIdentity>> {
  const { pid, started } = (value ?? {}) as Record<string, unknown>;
  const known = typeof pid === 'number' && typeof started === 'string';
  return known ? ({ [name]: { pid, started } } as Record<Name, ProcessIdentity>) : {};
}

/** A process that is `undefined` in the change is forgotten. */
export type StateChange = { [Key in keyof State]?: State[Key] | undefined };

export function updateState(path: string, change: StateChange): void {
  const old = readState(path);
  replaceJson(path, { ...old, ...change, ports: { ...old.ports, ...change.ports } });
}
