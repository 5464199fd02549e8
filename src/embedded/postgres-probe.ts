import { connect } from 'node:net';

const ANSWER_WITHIN = 2_000;
const PROTOCOL = 196_608;

/** Whether a server on this port takes a connection of ours as far as asking for the password. */
export function takesConnections(port: number, user: string, database: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.setTimeout(ANSWER_WITHIN, () => socket.destroy());
    socket.on('connect', () => socket.write(startup({ user, database })));
    // An `E` says why not: it is still recovering, or is being stopped.
    socket.once('data', (answer) => {
      resolve(answer.toString('latin1', 0, 1) === 'R');
      socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(false));
  });
}

function startup(parameters: Record<string, string>): Buffer {
  const text = Object.entries(parameters).flat().join('\0');
  const body = Buffer.from(`${text}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(PROTOCOL, 4);
  return Buffer.concat([head, body]);
}
