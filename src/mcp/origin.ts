import { DoError } from '../core/errors.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * A page can have its own name point to this machine and then speak to what listens here as to itself (DNS rebinding),
 * so the specification wants `Origin` checked; the host it claims proves nothing. Programs send none and pass.
 */
export function checkOrigin(origin: string | undefined, allowed: readonly string[]): void {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return;
  if (URL.canParse(origin) && LOOPBACK.has(new URL(origin).hostname)) return;
  throw new DoError(
    'FORBIDDEN',
    `Pages of ${JSON.stringify(origin.slice(0, 200))} may not use MCP here; DO_CORS_ORIGINS lists those that may.`,
  );
}
