import { DoError, isDoError } from '../core/errors.ts';

/** gRPC status codes, as the wire has them. */
export const GRPC = {
  CANCELLED: 1,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNAVAILABLE: 14,
};

const OUT_OF_REACH: unknown[] = [
  GRPC.CANCELLED,
  GRPC.DEADLINE_EXCEEDED,
  GRPC.RESOURCE_EXHAUSTED,
  GRPC.UNAVAILABLE,
];

export const grpcCode = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

/** Any failure of a call to Temporal as a `DoError`. */
export function toDoError(error: unknown): DoError {
  if (isDoError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (OUT_OF_REACH.includes(grpcCode(error)) || (error as Error | null)?.name === 'TransportError') {
    return new DoError(
      'TEMPORAL_UNAVAILABLE',
      `Temporal is out of reach (${message}). Nothing was accepted as far as is known; try again, with the same idempotencyKey if you gave one.`,
      { cause: error },
    );
  }
  return new DoError('INTERNAL', `Temporal refused a request: ${message}`, { cause: error });
}
