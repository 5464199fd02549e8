import type { Invocation } from './invocation.ts';

/**
 * Every code this package can answer with, and the HTTP status the facade gives it. A code is part of the public
 * surface: it is never renamed or reused with another meaning.
 */
export const ERROR_STATUS = {
  DEFINITION_INVALID: 500,
  ACTION_DUPLICATE: 500,
  ACTION_NOT_FOUND: 404,
  INVOCATION_NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  INPUT_INVALID: 400,
  INPUT_TOO_LARGE: 413,
  OUTPUT_INVALID: 500,
  BODY_INVALID: 400,
  MEDIA_TYPE_UNSUPPORTED: 415,
  IDEMPOTENCY_KEY_INVALID: 400,
  HEADER_INVALID: 400,
  IDEMPOTENCY_MISMATCH: 422,
  INVOCATION_FAILED: 500,
  INVOCATION_CANCELLED: 500,
  INVOCATION_TIMED_OUT: 500,
  INVOCATION_TERMINATED: 500,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  TEMPORAL_UNAVAILABLE: 503,
  TEMPORAL_NOT_CONFIGURED: 500,
  API_UNREACHABLE: 503,
  EMBEDDED_UNAVAILABLE: 503,
  LISTEN_FAILED: 500,
  WAIT_ABORTED: 499,
  INTERNAL: 500,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

export interface DoErrorOptions {
  cause?: unknown;
  /** The closed invocation, where there is one. */
  invocation?: Invocation;
}

/** Every error this package throws: a stable `code` for programs, a message that says what, why and what to do. */
export class DoError extends Error {
  readonly code: ErrorCode;
  readonly invocation: Invocation | undefined;

  constructor(code: ErrorCode, message: string, options: DoErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DoError';
    this.code = code;
    this.invocation = options.invocation;
  }
}

/** True for a `DoError` of any copy of this package; `instanceof` is not, once two copies are loaded. */
export function isDoError(error: unknown): error is DoError {
  return error instanceof Error && error.name === 'DoError' && 'code' in error;
}
