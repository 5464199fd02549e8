import { maskKeys } from './mask-keys.ts';

/** JSON escapes C0; a terminal takes C1 for commands, too, and readers of lines take these for their ends. */
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029]/g;
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Secrets of this process that have no shape of their own, as they look inside a JSON string. */
const hidden = new Set<string>();
const SHORTEST = 8;

/** Has a secret masked in every line from here on. */
export function hideInLogs(secret: string): void {
  if (secret.length >= SHORTEST) hidden.add(JSON.stringify(secret).slice(1, -1));
}

/** A line of JSON as it may leave the process. */
export function safeLine(line: string): string {
  let text = maskKeys(line);
  for (const secret of hidden) text = text.replaceAll(secret, '[redacted]');
  return text.replace(UNPRINTABLE, escaped);
}

/** The same for a terminal: one line, the rest of a stack indented, so that no text can look like a line of its own. */
export function readableLine(line: string): string {
  const { level, time, msg, error, ...fields } = JSON.parse(safeLine(line)) as Record<string, unknown>;
  const at = typeof time === 'string' ? time : '';
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(value)}`);
  return `${at} [${plain(level).toUpperCase()}] ${plain(msg)}${rest.join('')}${stackOf(error)}\n`;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
const plain = (value: unknown): string => textOf(value).replace(CONTROL, escaped);
const shown = (value: unknown): string =>
  typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : plain(JSON.stringify(value));

function stackOf(error: unknown): string {
  if (error === undefined) return '';
  const { stack, message } = (error ?? {}) as { stack?: unknown; message?: unknown };
  const lines = textOf(stack ?? message ?? error).split('\n');
  return lines.map((line) => `\n    ${line.replace(CONTROL, escaped)}`).join('');
}
