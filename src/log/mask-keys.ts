/** Every key this package makes, wherever it stands in a text. The public part stays: it says which one. */
const OWN_KEY = /\bdo_([0-9a-z]{1,32})_[\w-]{20,}/g;
/** What an `Authorization` header may carry. */
const CREDENTIALS = /\b(bearer|basic) +[\w.~+/=-]{6,}/gi;
const JWT = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g;
/** Of a URL: what stands between `user:` and `@`. */
const PASSWORD = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@"'\\]*):[^\s@"'\\]+@/gi;

const MASK = '[redacted]';

/** The text without the keys, tokens and passwords in it, for logs. */
export const maskKeys = (text: string): string =>
  text
    .replace(OWN_KEY, `do_$1_${MASK}`)
    .replace(CREDENTIALS, `$1 ${MASK}`)
    .replace(JWT, MASK)
    .replace(PASSWORD, `$1:${MASK}@`);
