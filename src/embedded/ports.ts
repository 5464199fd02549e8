import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

export const TEMPORAL_PORTS = ['grpc', 'ui', 'http', 'metrics'] as const;
export const MAIL_PORTS = ['smtp', 'inbox'] as const;
export const POSTGRES_PORTS = ['postgres'] as const;
const ALL = [...TEMPORAL_PORTS, ...MAIL_PORTS, ...POSTGRES_PORTS] as const;
type PortName = (typeof ALL)[number];

export type Ports<Name extends PortName = PortName> = Record<Name, number>;
export type TemporalPorts = Ports<(typeof TEMPORAL_PORTS)[number]>;

// Below the range from which systems hand out ports for outgoing connections (Linux: 32768 on): a port that is ours
// stays free while we are down, and a client that reconnects too early cannot connect to itself.
const FIRST = 20_000;
const LAST = 32_000;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The saved ports, so that addresses stay the same between runs; a new one for each that somebody else has taken. */
export async function choosePorts<Name extends PortName>(
  names: readonly Name[],
  saved: Partial<Ports>,
): Promise<Ports<Name>> {
  const others = Object.entries(saved).filter(([name]) => !names.includes(name as Name));
  const used = new Set<number>(others.map(([, port]) => port));
  const chosen: Partial<Ports<Name>> = {};
  for (const name of names) {
    const port = await freePort(saved[name], used);
    used.add(port);
    chosen[name] = port;
  }
  return chosen as Ports<Name>;
}

async function freePort(wanted: number | undefined, used: Set<number>): Promise<number> {
  let port = wanted ?? randomInt(FIRST, LAST);
  for (let tries = 0; used.has(port) || !(await isFree(port)); tries++) {
    if (tries === 500) throw new Error(`No free port found on 127.0.0.1 between ${FIRST} and ${LAST}.`);
    port = randomInt(FIRST, LAST);
  }
  return port;
}

export function portsFrom(value: unknown): Partial<Ports> {
  const saved = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const valid = (port: unknown) =>
    Number.isInteger(port) && (port as number) > 0 && (port as number) < 65_536;
  return Object.fromEntries(ALL.flatMap((name) => (valid(saved[name]) ? [[name, saved[name]]] : [])));
}
