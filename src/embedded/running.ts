import { existsSync } from 'node:fs';
import { prepareLayout } from './layout.ts';
import { lockOwner } from './lock.ts';
import { TEMPORAL_PORTS } from './ports.ts';
import type { TemporalPorts } from './ports.ts';
import type { Endpoints } from './protocol.ts';
import { readState } from './state.ts';
import { temporalEndpoints } from './temporal-server.ts';

/** Where the embedded Temporal of a data directory is, if a supervisor runs it now; takes no lease. */
export function runningEmbedded(dataDir: string): Pick<Endpoints, 'temporal'> | undefined {
  if (!existsSync(dataDir)) return undefined;
  const layout = prepareLayout(dataDir);
  const { ports } = readState(layout.state);
  const isKnown = TEMPORAL_PORTS.every((name) => ports[name] !== undefined);
  return isKnown && lockOwner(layout.lock)
    ? { temporal: temporalEndpoints(ports as TemporalPorts) }
    : undefined;
}
