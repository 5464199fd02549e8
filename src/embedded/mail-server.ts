import type { Layout } from './layout.ts';
import { choosePorts, MAIL_PORTS } from './ports.ts';
import { readState, updateState } from './state.ts';

export interface Mail {
  smtpUrl: string;
  inboxUrl: string;
  close(): Promise<void>;
}

/** The catch-all mail server, on the ports it had before. */
export async function startMail(layout: Layout): Promise<Mail> {
  const ports = await choosePorts(MAIL_PORTS, readState(layout.state).ports);
  updateState(layout.state, { ports });
  // Its libraries load while the Temporal server starts in its own process, not before that.
  const { startMailCatcher } = await import('./mail/index.ts');
  return startMailCatcher({ dir: layout.mail, smtpPort: ports.smtp, httpPort: ports.inbox });
}
