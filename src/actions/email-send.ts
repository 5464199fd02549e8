import { z } from 'zod';
import { Action } from '../index.ts';
import type { Mailbox } from './email/address.ts';
import { MAILBOX, MAILBOX_LENGTH, ONE_LINE, parseMailbox } from './email/address.ts';
import { deliver } from './email/deliver.ts';
import { compose } from './email/message.ts';
import { notConfigured, readSmtpUrl } from './email/smtp-server.ts';

const MAX_RECIPIENTS = 50;
const MAX_TEXT = 500_000;

const mailbox = z
  .string()
  .max(MAILBOX_LENGTH)
  .regex(
    MAILBOX,
    'Expected one address, as in user@example.com or Name <user@example.com>: no list, line break, comment or quoted local part',
  );
const mailboxes = z.union(
  [mailbox, z.array(mailbox).min(1).max(MAX_RECIPIENTS)],
  'Expected an address or an array of addresses',
);

const input = z
  .strictObject({
    to: mailboxes,
    cc: mailboxes.optional(),
    bcc: mailboxes.optional(),
    subject: z.string().max(998).regex(ONE_LINE, 'Expected one line without control characters'),
    body: z.string().max(MAX_TEXT).describe('Plain text'),
    html: z.string().max(MAX_TEXT).optional().describe('The same content as HTML'),
    replyTo: mailbox.optional(),
    from: mailbox.optional().describe('Default: the environment variable EMAIL_FROM'),
  })
  .refine(({ to, cc, bcc }) => [to, cc, bcc].flatMap(list).length <= MAX_RECIPIENTS, {
    path: ['to'],
    message: `Expected at most ${MAX_RECIPIENTS} recipients in to, cc and bcc together`,
  });

const output = z.object({
  messageId: z.string(),
  accepted: z.array(z.string()),
  /** Always empty: a message goes to all recipients or to none. */
  rejected: z.array(z.string()),
  response: z.string(),
});

/**
 * Sends one e-mail through the SMTP server of `SMTP_URL`, to all recipients or to none. SMTP itself has one gap: a
 * connection cut after the content and before the reply. The next attempt then sends again with the same
 * `Message-ID`, by which a receiver recognises the duplicate.
 */
export const emailSend = new Action({
  name: 'email.send',
  description: 'Sends an e-mail through the SMTP server of SMTP_URL, to all recipients or to none.',
  input,
  output,
  retry: { maximumAttempts: 5, initialInterval: '1s', backoffCoefficient: 2 },
  timeout: '30s',
  handler: async ({ to, cc, bcc, replyTo, from, subject, body, html }, ctx) => {
    const server = readSmtpUrl(process.env.SMTP_URL);
    const message = await compose(
      {
        from: from === undefined ? defaultSender() : parsed(from),
        to: list(to).map(parsed),
        cc: list(cc).map(parsed),
        bcc: list(bcc).map(parsed),
        replyTo: replyTo === undefined ? undefined : parsed(replyTo),
        subject,
        body,
        html,
      },
      ctx.idempotencyKey,
    );
    const response = await deliver(message, server, ctx.signal);
    return { messageId: message.messageId, accepted: message.recipients, rejected: [], response };
  },
});

const list = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());

/** The schema has let nothing else through. */
const parsed = (text: string): Mailbox => parseMailbox(text)!;

function defaultSender(): Mailbox {
  const sender = parseMailbox(process.env.EMAIL_FROM || 'no-reply@localhost');
  if (sender) return sender;
  throw notConfigured('EMAIL_FROM is not one address, as in user@example.com or Name <user@example.com>.');
}
