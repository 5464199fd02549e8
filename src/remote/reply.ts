import type { ErrorCode } from '../core/errors.ts';
import { DoError, ERROR_STATUS } from '../core/errors.ts';

/**
 * How a request went. `refused`: the API says that nothing was accepted, for now. `lost`: nobody knows whether the
 * request arrived. `final`: the same request would get the same answer.
 */
export type Reply =
  | { ok: true; headers: Headers; body: unknown }
  | { ok: false; kind: 'refused' | 'lost' | 'final'; error: DoError; retryAfterMs?: number };

/** Answers of a proxy that did not get one from the API. */
const GATEWAY: readonly number[] = [502, 503, 504];
const SHOWN_TEXT = 200;

export async function readReply(response: Response, url: string): Promise<Reply> {
  const text = await response.text();
  const body = parse(text);
  if (response.ok) {
    if (typeof body === 'object' && body !== null) return { ok: true, headers: response.headers, body };
    return { ok: false, kind: 'final', error: foreign(response.status, url, text) };
  }
  const problem = readProblem(body);
  const isOutage = GATEWAY.includes(response.status);
  if (!problem)
    return { ok: false, kind: isOutage ? 'lost' : 'final', error: foreign(response.status, url, text) };
  const kind = response.status === 503 ? 'refused' : isOutage ? 'lost' : 'final';
  return { ok: false, kind, error: problem, ...retryAfterOf(response.headers) };
}

export function lost(error: unknown, baseUrl: string): Reply {
  return { ok: false, kind: 'lost', error: unreachable(reasonOf(error), baseUrl, error) };
}

const unreachable = (reason: string, baseUrl: string, cause?: unknown): DoError =>
  new DoError(
    'API_UNREACHABLE',
    `No answer from the API at ${baseUrl} (${reason}). Start it with \`npm start\`, or set DO_BASE_URL (or \`baseUrl\`) to where it is.`,
    { cause },
  );

/** `fetch` says "fetch failed" and keeps the reason in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? (cause?.message || message) ?? 'no reason given';
}

/** Not an answer of this API: a proxy's page, or another program at that address. */
const foreign = (status: number, url: string, text: string): DoError =>
  GATEWAY.includes(status)
    ? unreachable(`HTTP ${status} from a proxy`, new URL(url).origin)
    : new DoError(
        'INTERNAL',
        `${url} answered ${status} with what is no answer of this API; check DO_BASE_URL. It begins: ${JSON.stringify(text.slice(0, SHOWN_TEXT))}`,
      );

function readProblem(body: unknown): DoError | undefined {
  const { code, detail, title } = (body ?? {}) as { code?: unknown; detail?: unknown; title?: unknown };
  if (typeof code !== 'string') return undefined;
  const said = [detail, title, code].find((text) => typeof text === 'string') ?? code;
  if (Object.hasOwn(ERROR_STATUS, code)) return new DoError(code as ErrorCode, said);
  // Of a newer API: the text is what helps.
  return new DoError('INTERNAL', `${code}: ${said}`);
}

function retryAfterOf(headers: Headers): { retryAfterMs?: number } {
  const value = headers.get('Retry-After') ?? '';
  if (/^\d+$/.test(value)) return { retryAfterMs: Number(value) * 1000 };
  const at = Date.parse(value);
  return Number.isNaN(at) ? {} : { retryAfterMs: Math.max(0, at - Date.now()) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
