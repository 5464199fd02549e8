/** What stands where something must not be told. */
export const REDACTED = '[redacted]';

/** A copy without what must not be told; the value itself where there is nothing to hide. */
export type Mask = <T>(value: T) => T;

/** Shorter lines of a key file are in any text. */
const SHORTEST_LINE = 16;

/** Hides secrets wherever they are part of a text, also as they look in a URL or in base64. */
export function maskOf(secrets: readonly string[]): Mask {
  const spellings = [...new Set(secrets.flatMap(spellingsOf))].filter((spelling) => spelling !== '');
  if (spellings.length === 0) return (value) => value;
  // One that holds another is looked for first, or the rest of it would stay.
  const longestFirst = spellings.sort((a, b) => b.length - a.length).map(escape);
  const pattern = new RegExp(longestFirst.join('|'), 'g');
  const mask = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replace(pattern, REDACTED);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(mask);
    if (value instanceof Error) return mask(value.stack ?? value.message);
    return isPlain(value) ? maskObject(value, mask) : maskOther(value, pattern);
  };
  return mask as Mask;
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

const isPlain = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

const maskObject = (value: Record<string, unknown>, mask: (value: unknown) => unknown) =>
  Object.fromEntries(Object.entries(value).map(([key, part]) => [String(mask(key)), mask(part)]));

/** A URL, a Map, whatever has a form of its own: not copied, so hidden as a whole. */
function maskOther(value: object, pattern: RegExp): unknown {
  try {
    const text = JSON.stringify(value) ?? '';
    return text.search(pattern) === -1 ? value : REDACTED;
  } catch {
    return REDACTED;
  }
}

function spellingsOf(secret: string): string[] {
  const parts = [secret, secret.trim(), ...longLines(secret), ...passwordOf(secret)];
  return parts.flatMap((part) => [part, ...inUrls(part), ...base64Of(part)]);
}

function inUrls(part: string): string[] {
  try {
    return [encodeURIComponent(part)];
  } catch {
    // Half of a surrogate pair has no form there.
    return [];
  }
}

const longLines = (secret: string): string[] =>
  secret.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE);

/** Of a secret that is a URL: what a library names when it tells that a login was refused. */
function passwordOf(secret: string): string[] {
  try {
    const { password } = new URL(secret);
    return [password, decodeURIComponent(password)];
  } catch {
    return [];
  }
}

/** Alone, as in a header; in the midst of other bytes it looks otherwise. */
function base64Of(secret: string): string[] {
  const bytes = String.fromCharCode(...new TextEncoder().encode(secret));
  const base64 = btoa(bytes);
  return secret === '' ? [] : [base64, base64.replace(/=+$/, '')];
}
