import type { HttpResponse } from './message.ts';

/** Of what is stored; a body deeper than this stays text. */
const MAX_DEPTH = 60;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
const CHARSET = /;\s*charset="?([\w.:-]+)"?/i;

export interface Content {
  body: unknown;
  /** How `body` holds what came. */
  encoding: 'json' | 'text' | 'base64';
}

/** The body as JSON where it says to be and is, else as text, else (not text in its character set) as base64. */
export function contentOf(response: HttpResponse, redact = (text: string) => text): Content {
  const text = textOf(response);
  if (text === undefined) return { body: response.body.toString('base64'), encoding: 'base64' };
  const shown = redact(text);
  if (!JSON_TYPE.test(response.headers['content-type'] ?? '')) return { body: shown, encoding: 'text' };
  try {
    const body: unknown = JSON.parse(shown);
    return isDeeper(body, MAX_DEPTH) ? { body: shown, encoding: 'text' } : { body, encoding: 'json' };
  } catch {
    return { body: shown, encoding: 'text' };
  }
}

/** Undefined where the bytes are none in the declared character set, or none that is known. */
export function textOf({ body, headers }: HttpResponse): string | undefined {
  const [, charset = 'utf-8'] = CHARSET.exec(headers['content-type'] ?? '') ?? [];
  try {
    const text = new TextDecoder(charset, { fatal: true }).decode(body);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
