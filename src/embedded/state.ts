import { readJson, replaceJson } from './json-file.ts';
import { portsFrom, type Ports } from './ports.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What the next supervisor must know: the addresses to keep, and the server to end when its keeper was killed. */
export interface State {
  ports: Partial<Ports>;
  /** Written before a server starts and taken back after it was stopped in order. */
  running: boolean;
  temporal?: ProcessIdentity;
}

export function readState(path: string): State {
  const { ports, running, temporal } = readJson(path) ?? {};
  const { pid, started } = (temporal ?? {}) as Record<string, unknown>;
  const known = typeof pid === 'number' && typeof started === 'string';
  return {
    ports: portsFrom(ports),
    running: running === true,
    ...(known ? { temporal: { pid, started } } : {}),
  };
}

export function updateState(path: string, change: Partial<State>): void {
  const old = readState(path);
  replaceJson(path, { ...old, ...change, ports: { ...old.ports, ...change.ports } });
}
