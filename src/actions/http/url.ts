export const MAX_URL = 8_192;

/** No flags, as it is part of the published JSON Schema. */
export const URL_TEXT = /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s/?#\\]\S*$/;

/** Why the URL is none that a request could be sent to; undefined where it is one. Where it leads is not looked at. */
export function problemOfUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return 'Expected an http: or https: URL with a host';
  const { username, password } = new URL(text);
  return username === '' && password === ''
    ? undefined
    : 'Expected a URL without user name and password, since it goes on record';
}
