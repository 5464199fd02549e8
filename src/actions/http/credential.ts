import { ActionError } from '../../index.ts';
import { refused } from './destination.ts';
import { HEADER_NAME, HEADER_VALUE } from './headers.ts';

export const CREDENTIAL_NAME = /^[A-Z][A-Z0-9_]{0,63}$/;

/** A header that is a secret, from the worker's environment: no input and no record has it. */
export interface Credential {
  headers: Readonly<Record<string, string>>;
  /** `text` without the secret. */
  redact: (text: string) => string;
}

export const NO_CREDENTIAL: Credential = { headers: {}, redact: (text) => text };

/**
 * Reads `HTTP_CREDENTIAL_<name>`, such as `https://api.example.com Authorization: Bearer s3cret`. The origin belongs to
 * it: else whoever may invoke the action could have the secret sent to a server of their own.
 */
export function readCredential(name: string, url: URL): Credential {
  const variable = `HTTP_CREDENTIAL_${name}`;
  const [, origin = '', header = '', value = ''] =
    /^(\S+)\s+([^\s:]+):\s*(.+)$/.exec(process.env[variable]?.trim() ?? '') ?? [];
  if (!isOrigin(origin) || !HEADER_NAME.test(header) || !HEADER_VALUE.test(value))
    throw notConfigured(variable);
  if (url.origin !== new URL(origin).origin) {
    throw refused(
      `the credential ${name} is for ${new URL(origin).origin}, and the request goes to ${url.origin}`,
    );
  }
  return { headers: { [header.toLowerCase()]: value }, redact: hiding([value]) };
}

/** Texts without the values, and without what follows the scheme in them: a server may quote the token alone. */
export function hiding(values: readonly string[]): (text: string) => string {
  const secrets = values.flatMap((value) => [value, value.split(' ').at(-1)!]);
  const longEnough = secrets.filter((secret) => secret.length > 3);
  return (text) => longEnough.reduce((hidden, secret) => hidden.replaceAll(secret, '[redacted]'), text);
}

const isOrigin = (text: string): boolean => /^https?:\/\/[^/?#@]+\/?$/i.test(text) && URL.canParse(text);

const notConfigured = (variable: string): ActionError =>
  new ActionError(
    `The worker has no ${variable} of the form "https://api.example.com Authorization: Bearer secret". Set it there, or leave \`credential\` out. Nothing was sent.`,
    { type: 'HttpNotConfigured', nonRetryable: true },
  );
