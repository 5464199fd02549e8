import { readFileSync } from 'node:fs';

/** Of this package; beside dist/ and beside src/ the path is the same. */
export function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
