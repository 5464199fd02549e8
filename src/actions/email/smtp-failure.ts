import type { NodemailerError } from 'nodemailer/lib/errors';
import { ActionError } from '../../index.ts';
import type { SmtpServer } from './smtp-server.ts';

/** How far a delivery came; what an error means depends on it. */
export interface Progress {
  messageId: string;
  recipients: readonly string[];
  /** One per recipient the server refused. */
  refusals: readonly NodemailerError[];
  /** True from the moment the message's content was handed to the connection. */
  contentSent: boolean;
}

const REPLY_LENGTH = 500;

/**
 * An error of the SMTP session as an `ActionError`, whose type is for `nonRetryableErrorTypes` and for reading:
 * `SmtpTransient` (a 4xx reply), `SmtpPermanent` (5xx, not retried), `SmtpAuth` (login refused, not retried),
 * `SmtpConnection` (no session; nothing was sent) and `SmtpOutcomeUnknown` (cut between the content and the reply).
 */
export function toActionError(error: unknown, progress: Progress, server: SmtpServer): ActionError {
  const thrown = error as NodemailerError;
  const { message, type, nonRetryable } = classify(thrown, progress, server.host);
  return new ActionError(server.redact(message), { type, nonRetryable, cause: clean(thrown, server) });
}

interface Verdict {
  message: string;
  type: string;
  nonRetryable: boolean;
}

function classify(error: NodemailerError, progress: Progress, host: string): Verdict {
  if (progress.refusals.length > 0 && isAboutRecipients(error)) return recipientsRefused(progress, host);
  if (error.responseCode !== undefined && error.responseCode >= 400) return refused(error, host);
  if (progress.contentSent) return outcomeUnknown(error, progress, host);
  if (error.code === 'EAUTH') {
    return permanent('SmtpAuth', `The login at ${host} is not possible: ${error.message}. Check SMTP_URL.`);
  }
  if (error.code === 'EMESSAGE' || error.code === 'EENVELOPE') {
    return permanent('SmtpPermanent', `${host} cannot take the message: ${error.message}. Nothing was sent.`);
  }
  return retryable('SmtpConnection', `No SMTP session with ${host}: ${error.message}. Nothing was sent.`);
}

/** With pipelining, a refused sender or a server that closes makes every RCPT fail too; those refusals say nothing. */
const isAboutRecipients = ({ command }: NodemailerError): boolean =>
  command !== 'MAIL FROM' && command !== 'CONN';

/** One permanent refusal is enough: no attempt can reach all recipients, and mail is never sent to some of them. */
function recipientsRefused({ refusals, recipients }: Progress, host: string): Verdict {
  const each = refusals.map(({ recipient, response }) => `${recipient} (${clip(response ?? 'no reply')})`);
  const message = `${host} refused ${refusals.length} of ${recipients.length} recipients, so the message was sent to none of them: ${each.join(', ')}.`;
  const isPermanent = refusals.some(({ responseCode = 0 }) => responseCode >= 500);
  return isPermanent ? permanent('SmtpPermanent', message) : retryable('SmtpTransient', message);
}

function refused({ responseCode = 0, response = '', command, code }: NodemailerError, host: string): Verdict {
  const reply = `${host} answered "${clip(response)}"${command ? ` to ${command}` : ''}. Nothing was sent.`;
  if (responseCode < 500) return retryable('SmtpTransient', reply);
  if (code === 'EAUTH') return permanent('SmtpAuth', `${reply} Check the user and password in SMTP_URL.`);
  return permanent('SmtpPermanent', reply);
}

function outcomeUnknown(error: NodemailerError, { messageId }: Progress, host: string): Verdict {
  return retryable(
    'SmtpOutcomeUnknown',
    `The message was handed to ${host}, and no answer came back (${error.message}): it may have been accepted or not. ` +
      `Another attempt carries the same Message-ID ${messageId}, by which the receiver can drop a duplicate.`,
  );
}

const permanent = (type: string, message: string): Verdict => ({ type, message, nonRetryable: true });
const retryable = (type: string, message: string): Verdict => ({ type, message, nonRetryable: false });

const clip = (reply: string): string =>
  reply.length <= REPLY_LENGTH ? reply : `${reply.slice(0, REPLY_LENGTH)}…`;

/** A copy with what a reader needs and nothing else: nodemailer's errors may hold more than their message. */
function clean({ name, message, code, stack }: NodemailerError, server: SmtpServer): Error {
  const cause = new Error(server.redact(message));
  cause.name = name;
  if (stack !== undefined) cause.stack = server.redact(stack);
  return Object.assign(cause, code !== undefined && { code });
}
