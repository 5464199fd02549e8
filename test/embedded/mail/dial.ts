import { once } from 'node:events';
import { connect } from 'node:net';

/** An SMTP session by hand, for what no client library would do; opened once the server has greeted. */
export interface Session {
  /** One line; resolves to the server's whole reply. */
  say(line: string): Promise<string>;
  /** Sends `text` and hangs up; resolves once the server has hung up too. */
  end(text: string): Promise<void>;
}

export async function dial(port: number): Promise<Session> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  const reply = async (): Promise<string> => {
    let text = '';
    while (!/^\d{3}(?: .*)?\r\n$/m.test(text)) text += String((await once(socket, 'data'))[0]);
    return text;
  };
  await reply();
  return {
    say: async (line) => {
      socket.write(`${line}\r\n`);
      return await reply();
    },
    end: async (text) => {
      socket.end(text);
      await once(socket, 'close');
    },
  };
}
