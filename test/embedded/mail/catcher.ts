import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { SendMailOptions } from 'nodemailer';
import { onTestFinished } from 'vitest';
import type { Entry } from '../../../src/embedded/mail/kept-mail.ts';
import type { MailCatcher } from '../../../src/embedded/mail/index.ts';
import { startMailCatcher } from '../../../src/embedded/mail/index.ts';

/** A folder of its own for the test that asks. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'do-mail-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A catcher that ends with the test; on a new folder unless one is given. */
export async function startCatcher(dir?: string): Promise<MailCatcher> {
  const catcher = await startMailCatcher({ dir: dir ?? (await temporaryFolder()) });
  onTestFinished(() => catcher.close());
  return catcher;
}

export async function keptBy({ inboxUrl }: MailCatcher, query = ''): Promise<Entry[]> {
  const response = await fetch(`${inboxUrl}/messages.json${query}`);
  return ((await response.json()) as { messages: Entry[] }).messages;
}

/** Over real SMTP; resolves to the server's reply. */
export async function send(
  { smtpUrl }: Pick<MailCatcher, 'smtpUrl'>,
  message: SendMailOptions,
): Promise<string> {
  const { response } = await createTransport(smtpUrl).sendMail({ from: 'me@example.com', ...message });
  return response;
}

/** The reply code of every try until the message is accepted. */
export async function sendUntilAccepted(catcher: MailCatcher, message: SendMailOptions): Promise<number[]> {
  const codes: number[] = [];
  while (codes.at(-1) !== 250 && codes.length < 100) {
    codes.push(
      await send(catcher, message).then(
        () => 250,
        (error: { responseCode: number }) => error.responseCode,
      ),
    );
  }
  return codes;
}
