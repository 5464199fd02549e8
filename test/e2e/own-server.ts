import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareLayout } from '../../src/embedded/layout.ts';
import { choosePorts, TEMPORAL_PORTS } from '../../src/embedded/ports.ts';
import { acquireTemporal } from '../../src/embedded/temporal-binary.ts';
import { startTemporal } from '../../src/embedded/temporal-server.ts';
import { atEnd } from './support.ts';

/** A server that nobody supervises, so that it stays away when it is ended. */
export async function ownServer() {
  const dataDir = mkdtempSync(join(tmpdir(), 'do-outage-'));
  atEnd(() => rmSync(dataDir, { recursive: true, force: true }));
  const binary = await acquireTemporal(() => undefined, new AbortController().signal);
  const layout = prepareLayout(dataDir);
  const ports = await choosePorts(TEMPORAL_PORTS, {});
  const start = async () => {
    const server = startTemporal(binary, layout, ports);
    atEnd(() => server.stop());
    await server.ready;
    return server;
  };
  return { address: `127.0.0.1:${ports.grpc}`, start };
}
