/** Keeps one Temporal server running: same ports, same database, restarted when it dies, given up when it cannot live. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Layout } from './layout.ts';
import { endOrphans } from './orphan.ts';
import { choosePorts, TEMPORAL_PORTS, type TemporalPorts } from './ports.ts';
import { readState, updateState } from './state.ts';
import { lastLines, startTemporal, type TemporalServer } from './temporal-server.ts';

const MOST_FAST_FAILURES = 5;
/** A server that lived this long was sound; what ended it came from outside. */
const SOUND_AFTER = 10_000;

export interface KeeperEvents {
  onSpawn(): void;
  /** Also after each restart, since a port that somebody took meanwhile changes the address. */
  onReady(ports: TemporalPorts): void;
  onProgress(message: string): void;
}

/** Runs until `signal` is aborted (resolves, server stopped) or the server keeps dying (rejects with its last words). */
export async function keepTemporal(
  binary: string,
  layout: Layout,
  events: KeeperEvents,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    const { reason, lasted } = await liveOnce(binary, layout, events, signal);
    if (signal.aborted) break;
    failures = lasted > SOUND_AFTER ? 1 : failures + 1;
    if (failures >= MOST_FAST_FAILURES) throw new Error(givenUp(reason, layout));
    events.onProgress(`The Temporal server ended (${firstLine(reason)}); starting it again.`);
    const pause = failures === 1 ? 0 : 100 * 2 ** failures;
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
  updateState(layout.state, { running: false, temporal: undefined });
}

/** From the start of a server to its end. One that never served has lasted for no time at all. */
async function liveOnce(binary: string, layout: Layout, events: KeeperEvents, signal: AbortSignal) {
  const { server, ports } = await launch(binary, layout, events);
  const stop = () => void server.stop();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    await server.ready;
    const since = performance.now();
    events.onReady(ports);
    return { reason: await server.ended, lasted: performance.now() - since };
  } catch (error) {
    await server.stop();
    return { reason: (error as Error).message, lasted: 0 };
  } finally {
    signal.removeEventListener('abort', stop);
    await server.ended;
  }
}

interface Launched {
  server: TemporalServer;
  ports: TemporalPorts;
}

async function launch(binary: string, layout: Layout, events: KeeperEvents): Promise<Launched> {
  const left = readState(layout.state);
  if (left.running) await endOrphans(left.temporal, layout.database);
  const ports = await choosePorts(TEMPORAL_PORTS, left.ports);
  updateState(layout.state, { ports, running: true, temporal: undefined });
  const server = startTemporal(binary, layout, ports);
  updateState(layout.state, { temporal: server.identity });
  events.onSpawn();
  return { server, ports };
}

function givenUp(reason: string, layout: Layout): string {
  const what = `The embedded Temporal server ended ${MOST_FAST_FAILURES} times in a row right after its start`;
  const cure = `If ${layout.database} is damaged, move it away; its invocations are lost with it.`;
  return `${what} (${firstLine(reason)}). ${cure} ${lastLines(layout)}`;
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
