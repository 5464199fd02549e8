const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** With as many digits as somebody reads. */
export function durationText(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return pair(ms, [MINUTE, 'min'], [SECOND, 's']);
  if (ms < DAY) return pair(ms, [HOUR, 'h'], [MINUTE, 'min']);
  return pair(ms, [DAY, 'd'], [HOUR, 'h']);
}

type Unit = [size: number, name: string];

function pair(ms: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** From a time of the record to another one, or to now. */
export const lengthMs = (from: string, to: string | null, now: number): number =>
  Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from));

/* eslint-disable no-control-regex -- These are what is looked for. */
/** Controls but for tab and line feed, marks that turn the direction of what follows, spaces that have no width. */
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
/* eslint-enable no-control-regex */
const SHORT: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

const escaped = (sign: string): string =>
  SHORT[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** What cannot be seen is written out: it can neither hide nor turn around what stands beside it. */
export const visible = (text: string): string => text.replace(UNSEEN, escaped);

/** The same, and on one line. */
export const visibleLine = (text: string): string => visible(text).replace(/[\t\n]/g, escaped);

export const jsonText = (value: unknown): string => visible(JSON.stringify(value, null, 2) ?? 'null');

/** Only what a browser opens as a page: anything else in a link could run. */
export function webAddress(link: string | null | undefined): string | undefined {
  if (!link || !URL.canParse(link)) return undefined;
  return /^https?:$/.test(new URL(link).protocol) ? link : undefined;
}
