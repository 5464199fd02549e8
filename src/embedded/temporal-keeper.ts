/** Keeps the Temporal server running: same ports, same database. */
import { keepRunning, MOST_FAST_FAILURES, type KeptServer } from './keeper.ts';
import type { Layout } from './layout.ts';
import { endOrphans } from './orphan.ts';
import { choosePorts, TEMPORAL_PORTS, type TemporalPorts } from './ports.ts';
import { readState, updateState } from './state.ts';
import { lastLines, startTemporal } from './temporal-server.ts';

export interface TemporalEvents {
  onSpawn(): void;
  onReady(ports: TemporalPorts): void;
  onProgress(message: string): void;
}

export async function keepTemporal(
  binary: string,
  layout: Layout,
  events: TemporalEvents,
  signal: AbortSignal,
): Promise<void> {
  const keeping = {
    name: 'Temporal',
    launch: () => launch(binary, layout, events),
    onReady: (ports: TemporalPorts) => events.onReady(ports),
    onProgress: (message: string) => events.onProgress(message),
    givenUp: (reason: string) => givenUp(reason, layout),
  };
  await keepRunning(keeping, signal);
  updateState(layout.state, { running: false, temporal: undefined });
}

interface Launched {
  server: KeptServer;
  address: TemporalPorts;
}

async function launch(binary: string, layout: Layout, events: TemporalEvents): Promise<Launched> {
  const left = readState(layout.state);
  if (left.running) await endOrphans(left.temporal, layout.database);
  const ports = await choosePorts(TEMPORAL_PORTS, left.ports);
  updateState(layout.state, { ports, running: true, temporal: undefined });
  const server = startTemporal(binary, layout, ports);
  updateState(layout.state, { temporal: server.identity });
  events.onSpawn();
  return { server, address: ports };
}

function givenUp(reason: string, layout: Layout): string {
  const what = `The embedded Temporal server ended ${MOST_FAST_FAILURES} times in a row right after its start`;
  const cure = `If ${layout.database} is damaged, move it away; its invocations are lost with it.`;
  return `${what} (${reason}). ${cure} ${lastLines(layout)}`;
}
