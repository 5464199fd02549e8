import { base64url } from './invocation-id.ts';

/** What stands where something must not be told. */
export const REDACTED = '[redacted]';

/** A copy without what must not be told; the value itself where there is nothing to hide. */
export type Mask = <T>(value: T) => T;

/** Shorter lines of a key file are in any text. */
const SHORTEST_LINE = 16;

/**
 * An input may mark as many values as it likes, and to look for each would take seconds: beyond this many no text at all is
 * told.
 */
const MOST_SECRETS = 1_000;
/** A pattern of longer ones is refused by the engine; they are looked for one by one. */
const LONGEST_IN_PATTERN = 1_000;

type Hide = (text: string) => string;

/** Hides secrets wherever they are part of a text, also as they look in a URL or in base64. */
export function maskOf(secrets: readonly string[]): Mask {
  const unique = [...new Set(secrets)].filter((secret) => secret !== '');
  if (unique.length === 0) return (value) => value;
  const hide = unique.length > MOST_SECRETS ? () => REDACTED : hiding(unique);
  const mask = (value: unknown): unknown => {
    if (typeof value === 'string') return hide(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(mask);
    if (value instanceof Error) return mask(value.stack ?? value.message);
    return isPlain(value) ? maskObject(value, mask) : maskOther(value, hide);
  };
  return mask as Mask;
}

/** One that holds another is looked for first, or the rest of it would stay. */
function hiding(secrets: readonly string[]): Hide {
  const spellings = [...new Set(secrets.flatMap(spellingsOf))].filter((spelling) => spelling !== '');
  const longestFirst = spellings.sort((a, b) => b.length - a.length);
  const long = longestFirst.filter(({ length }) => length > LONGEST_IN_PATTERN);
  const pattern = new RegExp(longestFirst.slice(long.length).map(escape).join('|') || '(?!)', 'g');
  return (text) =>
    long.reduce((told, one) => told.replaceAll(one, REDACTED), text).replace(pattern, REDACTED);
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

const isPlain = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

const maskObject = (value: Record<string, unknown>, mask: (value: unknown) => unknown) =>
  Object.fromEntries(Object.entries(value).map(([key, part]) => [String(mask(key)), mask(part)]));

/** A URL, a Map, whatever has a form of its own: not copied, so hidden as a whole. */
function maskOther(value: object, hide: Hide): unknown {
  try {
    const text = JSON.stringify(value) ?? '';
    return hide(text) === text ? value : REDACTED;
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

/** Alone, as in a header; in the midst of other bytes it looks otherwise. Also in the sandbox, which has no `btoa`. */
function base64Of(secret: string): string[] {
  if (secret === '') return [];
  const url = base64url(new TextEncoder().encode(secret));
  const bare = url.replaceAll('-', '+').replaceAll('_', '/');
  return [bare.padEnd(Math.ceil(bare.length / 4) * 4, '='), bare, url];
}
