/** A server that asks for longer (or for ever) would hold the invocation open for as long as it likes. */
const LONGEST_MS = 3_600_000;

const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds that a `Retry-After` header (RFC 9110, 10.2.3) asks to wait, at most an hour; undefined for none. */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, LONGEST_MS);
  if (!IMF_FIXDATE.test(text)) return undefined;
  const until = Date.parse(text) - now;
  return Number.isNaN(until) ? undefined : Math.min(Math.max(until, 0), LONGEST_MS);
}
