import { ActionError } from '../../index.ts';

export const ENDPOINT_NAME = /^[a-z][a-z0-9_]{0,63}$/;

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
/** What Standard Webhooks asks of a secret, in bytes. */
const SHORTEST = 24;
const LONGEST = 512;

/**
 * The secrets that sign for an endpoint, several while one takes the place of another: every one of them signs, so that a
 * receiver may change over at any time. An endpoint that has none is not signed for with that of the others.
 */
export function readSigningKeys(endpoint: string | undefined): string[] {
  const variable = endpoint === undefined ? 'WEBHOOK_SECRET' : `WEBHOOK_SECRET_${endpoint.toUpperCase()}`;
  const secrets = (process.env[variable] ?? '').split(/[\s,]+/).filter((secret) => secret !== '');
  if (secrets.length > 0 && secrets.every(isSecret)) return secrets;
  const found = secrets.length === 0 ? 'is not set' : 'holds something else';
  throw new ActionError(
    `Webhooks are signed with secrets such as whsec_<base64 of ${SHORTEST} to ${LONGEST} random bytes>, with commas between several, and ${variable} of the worker ${found}. Nothing was sent.`,
    { type: 'WebhookNotConfigured', nonRetryable: true },
  );
}

function isSecret(text: string): boolean {
  const [, encoded] = SECRET.exec(text) ?? [];
  if (encoded === undefined || encoded.length % 4 !== 0) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= SHORTEST && length <= LONGEST;
}
