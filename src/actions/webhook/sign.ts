import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/**
 * The `webhook-id` of a token: the same for every attempt, another one for every other invocation. A hash, since full
 * stops separate what is signed, and a token has some.
 */
export const webhookIdOf = (idempotencyKey: string): string =>
  `msg_${createHash('sha256').update(idempotencyKey).digest('base64url').slice(0, 32)}`;

/** The time is that of the attempt: receivers refuse an old one, so that nobody can repeat what was overheard. */
export function signedHeaders(
  id: string,
  body: string,
  secrets: string[],
  now: Date,
): Record<string, string> {
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, now, body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
}
