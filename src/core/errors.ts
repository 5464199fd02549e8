import type { Invocation } from './invocation.ts';

interface ErrorFacts {
  /** Of the HTTP answer that carries the code. */
  status: number;
  /**
   * `request`: it refuses one call or request. `outcome`: an invocation closed by it; the request that asked was fine.
   * `program`: it stops a program before or beside any request.
   */
  met: 'request' | 'outcome' | 'program';
  /** One line for people; `docs/errors/<code>.md` tells the rest. */
  meaning: string;
}

const request = (status: number, meaning: string): ErrorFacts => ({ status, met: 'request', meaning });
const outcome = (meaning: string): ErrorFacts => ({ status: 500, met: 'outcome', meaning });
const program = (status: number, meaning: string): ErrorFacts => ({ status, met: 'program', meaning });

/**
 * Every code this package can answer with. A code is part of the public surface: it is never renamed or reused with
 * another meaning. Each has a page in `docs/errors`, a place in `src` that throws it, and a test that meets it.
 */
export const ERRORS = {
  DEFINITION_INVALID: program(500, 'A definition, an option or a setting is not what it has to be.'),
  ACTION_DUPLICATE: program(500, 'Two actions in one process have the same name.'),
  WORKFLOW_INVALID: program(500, 'A workflow cannot be compiled as it is written.'),
  ACTION_NOT_FOUND: request(404, 'No action of that name is known here.'),
  WORKFLOW_NOT_FOUND: request(404, 'No workflow of that name is known here.'),
  SIGNAL_NOT_FOUND: request(404, 'The workflow waits for no signal of that name, or there is none to tell.'),
  APPROVAL_NOT_FOUND: request(404, 'The invocation has asked for no approval of that name.'),
  APPROVAL_CONFLICT: request(409, 'The approval was decided already, or of something else than was shown.'),
  INVOCATION_CLOSED: request(409, 'The invocation has closed, so nothing can be told to it.'),
  INVOCATION_NOT_FOUND: request(404, 'No invocation has that id, or its retention is over.'),
  INVOCATION_SETTLED: request(409, 'The invocation has left nothing that could be taken back.'),
  ROUTE_NOT_FOUND: request(404, 'The API has nothing at that path.'),
  METHOD_NOT_ALLOWED: request(405, 'The path exists, but not for that HTTP method.'),
  INPUT_INVALID: request(400, "The input is not what the action's schema or JSON can take."),
  INPUT_TOO_LARGE: request(413, 'The body of the request is larger than 1 MiB.'),
  OUTPUT_INVALID: outcome('The handler returned what its schema or JSON cannot hold.'),
  BODY_INVALID: request(400, 'The body of the request is not the JSON that can be stored.'),
  MEDIA_TYPE_UNSUPPORTED: request(415, 'The body of the request is not declared as JSON in UTF-8.'),
  IDEMPOTENCY_KEY_INVALID: request(400, 'The idempotency key is not 1 to 255 printable ASCII characters.'),
  HEADER_INVALID: request(400, 'A header of the request cannot be read.'),
  QUERY_INVALID: request(400, 'A filter of a list is none, or its value is not what it has to be.'),
  IDEMPOTENCY_MISMATCH: request(422, 'The idempotency key was used with another input.'),
  INVOCATION_FAILED: outcome('The last attempt failed or timed out, and no further one was due.'),
  INVOCATION_CANCELLED: outcome('The invocation was cancelled before it completed.'),
  INVOCATION_TIMED_OUT: outcome("The invocation's own deadline passed."),
  COMPENSATION_FAILED: outcome('An attempt failed, and what takes it back failed finally as well.'),
  INVOCATION_TERMINATED: outcome("The invocation was ended from outside, by Temporal's terminate."),
  UNAUTHORIZED: request(401, 'The API key or token is missing, malformed, unknown or no longer valid.'),
  FORBIDDEN: request(403, 'Who asks is known, but may not do that.'),
  RATE_LIMITED: request(429, 'Too many requests in too short a time.'),
  OVERLOADED: request(503, 'The API has as many requests at a time as it can serve.'),
  IDENTITY_UNAVAILABLE: request(503, 'Who issues the tokens cannot be asked, so none can be checked.'),
  ENCRYPTION_KEY_MISSING: request(503, 'It was encrypted with a key that this process does not have.'),
  SECRET_MISSING: outcome('The worker that made the attempt lacks a secret that the action declares.'),
  TEMPORAL_UNAVAILABLE: request(503, 'Temporal does not answer, so nothing can be accepted.'),
  WORKER_UNAVAILABLE: request(503, 'No worker is there that could take what was sent.'),
  TEMPORAL_NOT_CONFIGURED: program(500, 'In production, and no Temporal address is set.'),
  EMBEDDED_UNAVAILABLE: program(503, 'The embedded servers of development cannot be started.'),
  STORE_UNAVAILABLE: request(503, 'The database does not answer, so nothing that needs it can be done.'),
  TRANSACTION_CLOSED: program(
    500,
    'A statement was sent to a transaction that is over, or that is not its to end.',
  ),
  API_UNREACHABLE: program(503, 'The HTTP client got no answer from the API.'),
  LISTEN_FAILED: program(500, 'The API cannot listen on its port.'),
  WAIT_ABORTED: program(499, "The caller's own signal ended the wait; the invocation goes on."),
  INTERNAL: request(500, 'What was not foreseen, by us or by what answered.'),
} as const satisfies Record<string, ErrorFacts>;

/** A stable code of an error; `docs/errors` has a page for each. */
export type ErrorCode = keyof typeof ERRORS;

/** The HTTP status of each code. */
export const ERROR_STATUS = Object.fromEntries(
  Object.entries(ERRORS).map(([code, { status }]) => [code, status]),
) as Readonly<Record<ErrorCode, number>>;

/** What an error carries beside its code and message. */
export interface DoErrorOptions {
  /** What it follows from. */
  cause?: unknown;
  /** The closed invocation, where there is one. */
  invocation?: Invocation;
  /** Of a step of a workflow: the type of its failure. */
  type?: string;
}

/** Every error this package throws: a stable `code` for programs, a message that says what, why and what to do. */
export class DoError extends Error {
  /** Stable: one of the codes of `docs/errors`, and equal to `invocation.error.code` where there is an invocation. */
  readonly code: ErrorCode;
  /** The closed invocation, where the error tells how one ended. */
  readonly invocation: Invocation | undefined;
  /** In a workflow, of a step that failed: what its handler threw, such as `CardDeclined`. */
  declare readonly type?: string;

  constructor(code: ErrorCode, message: string, options: DoErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DoError';
    this.code = code;
    this.invocation = options.invocation;
    // Set only where there is one: the record of a failure prefers it to the code.
    if (options.type !== undefined) this.type = options.type;
  }
}

/** True for a `DoError` of any copy of this package; `instanceof` is not, once two copies are loaded. */
export function isDoError(error: unknown): error is DoError {
  return error instanceof Error && error.name === 'DoError' && 'code' in error;
}
