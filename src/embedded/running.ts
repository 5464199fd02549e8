import { existsSync } from 'node:fs';
import { prepareLayout } from './layout.ts';
import { lockOwner } from './lock.ts';
import { TEMPORAL_PORTS } from './ports.ts';
import type { TemporalPorts } from './ports.ts';
import type { Endpoints } from './protocol.ts';
import { postgresUrl } from './postgres-server.ts';
import { readState } from './state.ts';
import { temporalEndpoints } from './temporal-server.ts';

export interface Running extends Pick<Endpoints, 'temporal'> {
  /** Without the password. Absent when nobody has needed Postgres. */
  postgres?: { url: string };
}

/** Where the embedded servers of a data directory are, if a supervisor runs them now; takes no lease. */
export function runningEmbedded(dataDir: string): Running | undefined {
  if (!existsSync(dataDir)) return undefined;
  const layout = prepareLayout(dataDir);
  const { ports, postgresRunning } = readState(layout.state);
  const isKnown = TEMPORAL_PORTS.every((name) => ports[name] !== undefined);
  if (!isKnown || !lockOwner(layout.lock)) return undefined;
  return {
    temporal: temporalEndpoints(ports as TemporalPorts),
    ...(postgresRunning && ports.postgres ? { postgres: { url: postgresUrl(ports.postgres) } } : {}),
  };
}
