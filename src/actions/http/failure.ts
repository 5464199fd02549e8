import { ActionError } from '../../index.ts';
import { textOf } from './content.ts';
import type { Progress } from './exchange.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { isSafe, nameOf } from './message.ts';
import { retryAfterOf } from './retry-after.ts';

const QUOTE_LENGTH = 500;

/** Too early, too much, too slow, or broken at the other side; every other status is about the request itself. */
const isTransient = (status: number): boolean => [408, 425, 429].includes(status) || status >= 500;

/** An answer that is none of the expected: `HttpTransient`, or `HttpPermanent`, which is not retried. */
export function unexpectedStatus(response: HttpResponse, redact = (text: string) => text): ActionError {
  const { status, statusText, headers } = response;
  const isRetryable = isTransient(status);
  const retryAfter = isRetryable ? retryAfterOf(headers['retry-after'], Date.now()) : undefined;
  const said = quote(textOf(response) ?? '');
  return new ActionError(redact(`${nameOf(response)} answered ${`${status} ${statusText}`.trim()}${said}`), {
    type: isRetryable ? 'HttpTransient' : 'HttpPermanent',
    nonRetryable: !isRetryable,
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

function quote(body: string): string {
  const line = body.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  if (line === '') return '.';
  return line.length <= QUOTE_LENGTH ? `: ${line}` : `: ${line.slice(0, QUOTE_LENGTH)}…`;
}

/**
 * What kept a request from being answered: `HttpConnection` (nothing was sent, or asking again is harmless) or
 * `HttpOutcomeUnknown`; both are retried.
 */
export function toActionError(error: unknown, request: HttpRequest, { sent }: Progress): ActionError {
  if (error instanceof ActionError) return error;
  const { message, code } = deepest(error);
  const why = `${nameOf(request)} got no answer: ${code && !message.includes(code) ? `${code}, ` : ''}${message}.`;
  if (!sent) return new ActionError(`${why} Nothing was sent.`, { type: 'HttpConnection' });
  if (isSafe(request.method)) return new ActionError(why, { type: 'HttpConnection' });
  return new ActionError(
    `${why} It may have been carried out or not. Another attempt carries the same idempotency key, by which the other side can drop a duplicate.`,
    { type: 'HttpOutcomeUnknown' },
  );
}

/** Where several addresses were tried, Node's own error has no message, but each of them has. */
function deepest(error: unknown): NodeJS.ErrnoException {
  if (error instanceof AggregateError && error.errors.length > 0) return deepest(error.errors[0]);
  return error instanceof Error ? error : new Error(String(error));
}
