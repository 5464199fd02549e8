export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
/** With a line break in it, the rest would be read as a header of its own. */
export const HEADER_VALUE = /^[\t\x20-\x7e]*$/;
const MAX_HEADERS = 50;

/** About the connection, the framing of the message or the place it goes to: another value than ours would be a lie. */
const OURS = [
  'host',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'expect',
  'accept-encoding',
  'http2-settings',
];

/** Why the headers of a request cannot be sent; undefined where they can. */
export function problemOf(headers: Readonly<Record<string, string>>): string | undefined {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  if (names.length > MAX_HEADERS) return `Expected at most ${MAX_HEADERS} headers`;
  const ours = names.find((name) => OURS.includes(name) || name.startsWith('proxy-'));
  if (ours !== undefined) return `The header "${ours}" is set by the connection itself and cannot be given`;
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice === undefined ? undefined : `The header "${twice}" is given twice`;
}
