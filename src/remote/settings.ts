import { DoError } from '../core/errors.ts';

/** Where the API is, and who asks. */
export interface RemoteSettings {
  baseUrl: string;
  apiKey: string;
}

/** Checks what a call could not be made with, so that the cure is told instead of a failure of `fetch`. */
export function checkSettings({ baseUrl, apiKey }: RemoteSettings): RemoteSettings {
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new DoError(
      'UNAUTHORIZED',
      'The API key holds characters that a header cannot carry; copy it again.',
    );
  }
  return { baseUrl: checkUrl(baseUrl), apiKey };
}

function checkUrl(baseUrl: string): string {
  const protocol = URL.canParse(baseUrl) ? new URL(baseUrl).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return baseUrl.replace(/\/+$/, '');
  throw new DoError(
    'DEFINITION_INVALID',
    `Expected \`baseUrl\` (or DO_BASE_URL) to be an address such as http://127.0.0.1:3000, got ${JSON.stringify(baseUrl)}.`,
  );
}
