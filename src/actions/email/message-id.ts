import { createHash } from 'node:crypto';

/** Leaves room for a domain in the 250 characters that receivers are known to store. */
const LONGEST_LEFT_PART = 120;

/**
 * The `Message-ID` of an idempotency key: the same for every attempt, so that a receiver that has seen one attempt's
 * mail can drop the next one's. Two keys never share one: what a msg-id cannot hold is percent-encoded, the percent
 * sign included, and what is too long is hashed.
 */
export function messageIdOf(idempotencyKey: string, domain: string): string {
  const encoded = encodeURIComponent(idempotencyKey)
    .replaceAll('%2F', '/')
    .replace(/[()]/g, (char) => (char === '(' ? '%28' : '%29'))
    .replace(/(?<=^|\.)\.|\.$|^\./g, '%2E');
  const left = encoded.length > LONGEST_LEFT_PART ? sha256(idempotencyKey) : encoded;
  return `<${left}@${domain}>`;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
