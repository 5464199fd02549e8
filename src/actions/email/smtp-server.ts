import { parseConnectionUrl } from 'nodemailer/lib/shared';
import type { ConnectionUrlOptions } from 'nodemailer/lib/shared';
import { ActionError } from '../../index.ts';

export interface SmtpServer {
  options: ConnectionUrlOptions;
  /** For messages; never holds credentials. */
  host: string;
  /** `text` without this server's password, in the clear or as SMTP encodes it. */
  redact(text: string): string;
}

/**
 * Reads an `SMTP_URL` such as `smtps://user:password@mail.example.com`; `?requireTLS=true` and the like are options of
 * nodemailer. Its errors do not quote the URL, which may hold a password.
 */
export function readSmtpUrl(url: string | undefined): SmtpServer {
  if (url === undefined || url.trim() === '') {
    throw notConfigured(
      'No SMTP server is configured. Set SMTP_URL, for example to smtps://user:password@mail.example.com or smtp://127.0.0.1:1025.',
    );
  }
  const options = parse(url.trim());
  if (!options?.host) {
    throw notConfigured(
      'SMTP_URL is not a URL of the form smtp://host:port or smtps://user:password@host:port. Percent-encode special characters in its user and password.',
    );
  }
  const secrets = secretsOf(options.auth);
  return {
    options,
    host: `${options.host}${options.port === undefined ? '' : `:${options.port}`}`,
    redact: (text) => secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '[redacted]'), text),
  };
}

export function notConfigured(message: string): ActionError {
  return new ActionError(message, { type: 'SmtpNotConfigured', nonRetryable: true });
}

function parse(url: string): ConnectionUrlOptions | undefined {
  if (!/^smtps?:\/\//i.test(url)) return undefined;
  try {
    return parseConnectionUrl(url);
  } catch {
    return undefined;
  }
}

/** A server that quotes the failed command in its reply would put these on record. */
function secretsOf(auth: ConnectionUrlOptions['auth']): string[] {
  if (!auth?.pass) return [];
  const { user, pass } = auth;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [base64(`\0${user}\0${pass}`), base64(pass), encodeURIComponent(pass), pass];
}
