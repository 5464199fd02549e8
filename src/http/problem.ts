import type { ErrorRequestHandler, Response } from 'express';
import type { ErrorCode } from '../core/errors.ts';
import { DoError, ERROR_STATUS, ERRORS, isDoError } from '../core/errors.ts';

/** A Temporal server or a database that restarts is back within about this time. */
const RETRY_AFTER_S = 2;

const HEADERS: Partial<Record<ErrorCode, Record<string, string>>> = {
  UNAUTHORIZED: { 'WWW-Authenticate': 'Bearer' },
};

/** RFC 9457 with our `code`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
}

const problemWith = (code: ErrorCode, detail: string): Problem => ({
  type: `/errors/${code}`,
  title: titleOf(code),
  status: ERROR_STATUS[code],
  detail,
  code,
});

/** Answers with `application/problem+json` (RFC 9457) and our `code`. */
export function sendProblem(res: Response, code: ErrorCode, detail: string): void {
  if (res.headersSent || res.destroyed) return;
  const status = ERROR_STATUS[code];
  for (const [name, value] of Object.entries(HEADERS[code] ?? {})) res.setHeader(name, value);
  if (status === 503) res.setHeader('Retry-After', String(RETRY_AFTER_S));
  res.statusCode = status;
  // Not res.type(): it would add a charset, which JSON media types do not have.
  res.setHeader('Content-Type', 'application/problem+json');
  res.end(JSON.stringify(problemWith(code, detail)));
}

const titleOf = (code: string): string => code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ');

/** The last handler: whatever was thrown becomes a problem, and what was not foreseen stays inside. */
export function problemHandler(onError: (error: unknown) => void): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, req, res, _next) => {
    const { code, detail } = toProblem(undecodable(error, req.path) ?? error, onError);
    sendProblem(res, code, detail);
  };
}

/** What whoever asked is told of an error; the rest goes to `onError`. */
export function toProblem(error: unknown, onError: (error: unknown) => void): Problem {
  if (!isDoError(error) || !Object.hasOwn(ERROR_STATUS, error.code) || hidesDetail(error.code)) {
    onError(error);
    return problemWith('INTERNAL', 'The request failed by a fault of the server; its log says more.');
  }
  if (ERROR_STATUS[error.code] === 500 || error.code === 'STORE_UNAVAILABLE') onError(error);
  return problemWith(error.code, error.message);
}

/** How an invocation ended is told by the invocation: as the status of a request it would be a fault of ours. */
const hidesDetail = (code: ErrorCode): boolean => code === 'INTERNAL' || ERRORS[code].met === 'outcome';

const FIRST_SEGMENTS: readonly [string, ErrorCode][] = [
  ['/v1/actions/', 'ACTION_NOT_FOUND'],
  ['/v1/workflows/', 'WORKFLOW_NOT_FOUND'],
  ['/v1/invocations/', 'INVOCATION_NOT_FOUND'],
];

/** Express gives up on a path such as `/v1/actions/%zz` before any handler sees it: no such name can exist. */
function undecodable(error: unknown, path: string): DoError | undefined {
  if (!(error instanceof URIError)) return undefined;
  const found = FIRST_SEGMENTS.find(([prefix]) => path.startsWith(prefix));
  return new DoError(
    found?.[1] ?? 'ROUTE_NOT_FOUND',
    'The path holds a percent sign that is not followed by valid UTF-8 in hex digits.',
  );
}
