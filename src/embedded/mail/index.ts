/** A catch-all SMTP server for development: real SMTP, and the mail stays on this machine, where it can be read. */
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { createInboxServer } from './inbox.ts';
import { KeptMail } from './kept-mail.ts';
import { createSmtpServer } from './smtp.ts';

export interface MailCatcherOptions {
  /** Where the mail is kept; created when missing. One catcher at a time. */
  dir: string;
  /** Default: any free port. */
  smtpPort?: number;
  /** Default: any free port. */
  httpPort?: number;
}

export interface MailCatcher {
  smtpUrl: string;
  inboxUrl: string;
  smtpPort: number;
  httpPort: number;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

export async function startMailCatcher(options: MailCatcherOptions): Promise<MailCatcher> {
  const mail = await KeptMail.open(options.dir);
  const smtp = createSmtpServer(mail);
  // A connection that breaks is its sender's to report; unheard, the event would end this process.
  smtp.on('error', () => undefined);
  const inbox = createInboxServer(mail);
  const close = async (): Promise<void> => {
    await Promise.all([
      smtp.server.listening && new Promise<void>((resolve) => smtp.close(resolve)),
      inbox.listening && closeInbox(inbox),
    ]);
  };
  try {
    const smtpPort = await listen(smtp.server, options.smtpPort ?? 0, 'SMTP');
    const httpPort = await listen(inbox, options.httpPort ?? 0, 'HTTP');
    return {
      smtpUrl: `smtp://${LOOPBACK}:${smtpPort}`,
      inboxUrl: `http://${LOOPBACK}:${httpPort}`,
      smtpPort,
      httpPort,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(server: Server, port: number, protocol: string): Promise<number> {
  try {
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    throw new Error(
      `The mail catcher cannot listen for ${protocol} on ${LOOPBACK}:${port}: ${(error as Error).message}. Choose another port, or 0 for any free one.`,
      { cause: error },
    );
  }
}

function closeInbox(inbox: ReturnType<typeof createInboxServer>): Promise<void> {
  return new Promise((resolve) => {
    inbox.close(() => resolve());
    inbox.closeAllConnections();
  });
}
