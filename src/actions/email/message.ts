import MailComposer from 'nodemailer/lib/mail-composer';
import type { Mailbox } from './address.ts';
import { domainOf } from './address.ts';
import { messageIdOf } from './message-id.ts';

export interface MessageParts {
  from: Mailbox;
  to: Mailbox[];
  cc: Mailbox[];
  bcc: Mailbox[];
  replyTo?: Mailbox | undefined;
  subject: string;
  body: string;
  html?: string | undefined;
}

/** A message ready for SMTP: who it is from and goes to, and the bytes after DATA. */
export interface Message {
  messageId: string;
  sender: string;
  recipients: string[];
  content: Buffer;
}

/**
 * Field by field, so that no other option of nodemailer (envelope, list, attachments by path, raw) can come in with
 * the input. Parsed mailboxes are passed as objects, so that nothing parses the addresses a second time.
 */
export async function compose(parts: MessageParts, idempotencyKey: string): Promise<Message> {
  const { from, to, cc, bcc, replyTo, subject, body, html } = parts;
  const messageId = messageIdOf(idempotencyKey, domainOf(from));
  const content = await new MailComposer({
    from,
    to,
    ...(cc.length > 0 && { cc }),
    ...(replyTo && { replyTo }),
    subject,
    text: body,
    ...(html !== undefined && { html }),
    messageId,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  // The bcc recipients are in the envelope only.
  const recipients = [...new Set([...to, ...cc, ...bcc].map(({ address }) => address))];
  return { messageId, sender: from.address, recipients, content };
}
