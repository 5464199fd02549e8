import type { ErrorCode } from '../../core/errors.ts';
import { ERRORS } from '../../core/errors.ts';
import type { Route } from '../routes/route.ts';

type Header = {
  description?: string;
  schema: { type: 'string' | 'integer' };
};

const RETRY_AFTER: Header = { description: 'Seconds.', schema: { type: 'integer' } };

/** Of each status: what else an answer has. */
const HEADERS: Record<number, Record<string, Header>> = {
  401: { 'WWW-Authenticate': { schema: { type: 'string' } } },
  429: { 'Retry-After': RETRY_AFTER },
  503: { 'Retry-After': RETRY_AFTER },
};

/** The problems of a route by their status: its own, and those that its key and its body may bring about. */
export function problemsOf({ scope, takesKey, doc }: Omit<Route, 'handle'>): Map<number, ErrorCode[]> {
  const codes: ErrorCode[] = [
    ...(doc?.errors ?? []),
    ...(doc?.body ? (['BODY_INVALID', 'INPUT_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED'] as const) : []),
    ...(scope === 'public' ? [] : (['UNAUTHORIZED', 'FORBIDDEN', ...UNAVAILABLE] as const)),
    ...(takesKey ? (['UNAUTHORIZED', ...UNAVAILABLE] as const) : []),
    'RATE_LIMITED',
  ];
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

const UNAVAILABLE = [
  'TEMPORAL_UNAVAILABLE',
  'STORE_UNAVAILABLE',
  'IDENTITY_UNAVAILABLE',
  'OVERLOADED',
] as const;

/** Most routes share most of their problems: as components each is there once. */
export const componentOf = (codes: readonly ErrorCode[]): string => codes.join('.');

export const problemResponse = (status: number, codes: readonly ErrorCode[]) => ({
  description: codes.map((code) => `\`${code}\`: ${ERRORS[code].meaning}`).join('\n\n'),
  ...(HEADERS[status] && { headers: HEADERS[status] }),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
