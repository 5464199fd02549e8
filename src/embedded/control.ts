/** The supervisor's side of the leases: a lease is an open connection, which the system closes when its process dies. */
import { createServer, type Socket } from 'node:net';
import { encode, lineReader, type FromClient, type FromSupervisor } from './protocol.ts';

export interface ControlEvents {
  /** A client has taken a lease and waits for `ready` or `failed`. */
  onLease(this: void, send: (message: FromSupervisor) => void): void;
  /** The holder of a lease needs Postgres. */
  onNeed(this: void, send: (message: FromSupervisor) => void): void;
  /** Nobody has held a lease for the linger time. */
  onIdle(this: void): void;
}

export interface Control {
  broadcast(message: FromSupervisor): void;
  close(): void;
}

/** `patience`: how long the first client may take; `linger`: how long the servers outlive the last lease. */
export async function openControl(
  path: string,
  events: ControlEvents,
  { patience, linger }: { patience: number; linger: number },
): Promise<Control> {
  const sockets = new Set<Socket>();
  const leases = new Set<Socket>();
  let idle = setTimeout(events.onIdle, patience);
  const take = (socket: Socket) => {
    clearTimeout(idle);
    leases.add(socket);
    send(socket, { type: 'hello' });
    events.onLease((message) => send(socket, message));
  };
  const drop = (socket: Socket) => {
    sockets.delete(socket);
    if (!leases.delete(socket) || leases.size > 0) return;
    clearTimeout(idle);
    idle = setTimeout(events.onIdle, linger);
  };
  const server = createServer((socket) => {
    sockets.add(socket.setEncoding('utf8'));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => drop(socket));
    const hear = ({ type }: FromClient) => {
      if (type === 'lease') take(socket);
      if (type === 'need' && leases.has(socket)) events.onNeed((answer) => send(socket, answer));
    };
    const read = lineReader((message) => hear(message as FromClient));
    socket.on('data', (chunk: string) => guard(socket, () => read(chunk)));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  const close = () => {
    clearTimeout(idle);
    server.close();
    // Also those that have not asked for a lease yet: they must not get one from a supervisor that ends.
    sockets.forEach((socket) => socket.destroy());
  };
  return { broadcast: (message) => leases.forEach((socket) => send(socket, message)), close };
}

function send(socket: Socket, message: FromSupervisor): void {
  if (socket.writable) socket.write(encode(message));
}

// A stranger that sends no JSON must not take the supervisor down.
function guard(socket: Socket, read: () => void): void {
  try {
    read();
  } catch {
    socket.destroy();
  }
}
