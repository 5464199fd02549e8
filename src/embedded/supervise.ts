/** What the one supervisor of a data directory does: serve leases, keep the servers, end when nobody needs them. */
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openControl } from './control.ts';
import type { Layout } from './layout.ts';
import { lazyPostgres } from './lazy-postgres.ts';
import { rotateLog } from './log-file.ts';
import { startMail, type Mail } from './mail-server.ts';
import type { FromSupervisor } from './protocol.ts';
import type { TemporalPorts } from './ports.ts';
import { acquireTemporal } from './temporal-binary.ts';
import { keepTemporal } from './temporal-keeper.ts';
import { temporalEndpoints } from './temporal-server.ts';

/** Long enough for the next command of a shell script, short enough that all is gone within 5 s of the last lease. */
const LINGER = 1_500;
const PATIENCE = 3_000;

type Tell = (message: FromSupervisor) => void;

export async function supervise(layout: Layout, socket: string): Promise<void> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  // What a client that comes now must hear: the last message, which tells how things stand.
  let status: FromSupervisor = { type: 'progress', message: 'Starting the embedded Temporal server.' };
  const broadcast: Tell = (message) => {
    if ('message' in message) console.error(new Date().toISOString(), message.message);
    control.broadcast(message);
  };
  const events = {
    onLease: (send: Tell) => send(status),
    onNeed: (send: Tell) => postgres.need(send),
    onIdle: stop,
  };
  const control = await openControl(socket, events, { patience: PATIENCE, linger: LINGER });
  const postgres = lazyPostgres(layout, broadcast, stopping.signal);
  const tell: Tell = (message) => {
    status = message;
    broadcast(message);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const rotation = setInterval(() => [layout.temporalLog, layout.postgresLog].forEach(rotateLog), 30_000);
  // From here on a client that comes is not served by us: it must see at once that nobody listens.
  stopping.signal.addEventListener('abort', () => control.close());
  await runServers(layout, tell, stopping);
  await postgres.ended();
  clearInterval(rotation);
  if (process.platform !== 'win32') rmSync(socket, { force: true });
}

/** Runs until `stopping` is aborted; what cannot run is told to all who ask for a moment, and then ended. */
async function runServers(layout: Layout, tell: Tell, stopping: AbortController): Promise<void> {
  const { signal } = stopping;
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const onProgress = (message: string) => tell({ type: 'progress', message });
  const giveUp = (error: unknown) => {
    if (signal.aborted) return;
    tell({ type: 'failed', message: (error as Error).message });
    // Even if leases are asked for all the time: only a new supervisor tries again.
    setTimeout(() => stopping.abort(), LINGER);
  };
  let mail: Promise<Mail> | undefined;
  const onSpawn = () => {
    mail ??= startMail(layout);
    // Told when the server is ready; until then nobody waits for it.
    mail.catch(() => undefined);
  };
  const ready = async (ports: TemporalPorts) => {
    const { smtpUrl, inboxUrl } = await (mail as Promise<Mail>);
    tell({ type: 'ready', endpoints: { temporal: temporalEndpoints(ports), mail: { smtpUrl, inboxUrl } } });
  };
  const onReady = (ports: TemporalPorts) => void ready(ports).catch(giveUp);
  try {
    const binary = await acquireTemporal(onProgress, signal);
    await keepTemporal(binary, layout, { onSpawn, onReady, onProgress }, signal);
  } catch (error) {
    giveUp(error);
    await stopped;
  }
  // A mail client that keeps its connection open must not keep everything else waiting.
  const closed = mail?.then((catcher) => catcher.close()).catch(() => undefined);
  await Promise.race([closed, delay(500)]);
}
