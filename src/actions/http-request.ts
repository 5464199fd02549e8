import { z } from 'zod';
import { Action } from '../index.ts';
import { compose } from './http/compose.ts';
import { contentOf } from './http/content.ts';
import { CREDENTIAL_NAME, hiding, NO_CREDENTIAL, readCredential } from './http/credential.ts';
import { unexpectedStatus } from './http/failure.ts';
import { HEADER_NAME, HEADER_VALUE, problemOf } from './http/headers.ts';
import { shownHeaders } from './http/message.ts';
import { storable } from './http/storable.ts';
import { send } from './http/send.ts';
import { MAX_URL, problemOfUrl, URL_TEXT } from './http/url.ts';

const MAX_RESPONSE_BYTES = 512 * 1_024;
/** Below the attempt timeout of 30 s, so that a silent server is named instead of "timed out". */
const LIMIT_MS = 25_000;

const scalar = z.union([z.string().max(4_096), z.number(), z.boolean()]);

const input = z
  .strictObject({
    method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
    url: z
      .string()
      .max(MAX_URL)
      .regex(URL_TEXT, 'Expected an http: or https: URL')
      .describe('http: or https:, with no user name or password in it'),
    query: z
      .record(z.string().min(1).max(200), z.union([scalar, z.array(scalar).max(100)]))
      .optional()
      .describe('Appended to the URL'),
    headers: z
      .record(
        z.string().regex(HEADER_NAME),
        // Any of them may be a key, whatever its name: it is on record, but shown to nobody.
        z.string().max(8_192).regex(HEADER_VALUE).meta({ sensitive: true }),
      )
      .optional()
      .describe('Their values are hidden wherever the invocation is shown. For secrets use credential'),
    body: z
      .unknown()
      .optional()
      .describe(
        'A string is sent as it is, as text/plain unless a header says otherwise; anything else as JSON',
      ),
    credential: z
      .string()
      .regex(CREDENTIAL_NAME)
      .optional()
      .describe('Name of a secret header that the worker has, such as STRIPE for HTTP_CREDENTIAL_STRIPE'),
    expectStatus: z
      .array(z.int().min(200).max(599))
      .min(1)
      .max(50)
      .optional()
      .describe('Statuses that complete the action. Default: 200 to 299'),
    maxRedirects: z
      .int()
      .min(0)
      .max(10)
      .default(5)
      .describe('0: a redirect is not followed but is the answer, and completes the action'),
  })
  .superRefine(({ url, method, headers = {}, body }, context) => {
    const refuse = (field: string, message: string | undefined) =>
      message !== undefined && context.addIssue({ code: 'custom', path: [field], message });
    refuse('url', problemOfUrl(url));
    refuse('headers', problemOf(headers));
    const hasNone = method === 'GET' || method === 'HEAD';
    if (hasNone && body !== undefined) refuse('body', `A ${method} request has no body`);
  });

const output = z.object({
  url: z.string().describe('That answered, after redirects'),
  status: z.int(),
  headers: z.record(z.string(), z.string()).describe('The names in lower case; without Set-Cookie'),
  body: z.unknown().describe('JSON where the response is JSON, else text, else base64'),
  encoding: z.enum(['json', 'text', 'base64']).describe('How body holds what came'),
});

/**
 * Sends one HTTP request to a place that the worker may reach, by default public addresses only. HTTP has the gap that
 * SMTP has: a connection cut before the answer. The next attempt then sends the same `Idempotency-Key`; whether that
 * stops a duplicate is up to the other side.
 */
export const httpRequest = new Action({
  name: 'http.request',
  description:
    'Sends an HTTP request and returns status, headers and body. Reaches public addresses only, unless HTTP_ALLOW_HOSTS of the worker says otherwise. Retried with the same Idempotency-Key: a server that ignores it may carry out a write more than once.',
  input,
  output,
  retry: { maximumAttempts: 5, initialInterval: '1s', backoffCoefficient: 2 },
  timeout: '30s',
  handler: async (given, ctx) => {
    const { maxRedirects, expectStatus } = given;
    const request = compose(given, ctx.idempotencyKey);
    const credential =
      given.credential === undefined ? NO_CREDENTIAL : readCredential(given.credential, request.url);
    const headers = { ...request.headers, ...credential.headers };
    const limits = { maxBytes: MAX_RESPONSE_BYTES, limitMs: LIMIT_MS, signal: ctx.signal };
    const response = await send({ ...request, headers }, { ...limits, maxRedirects });
    const { status, url } = response;
    const isAnswer = status < 300 || (status < 400 && maxRedirects === 0);
    const { redact } = credential;
    const hide = hiding(Object.values(given.headers ?? {}));
    if (!(expectStatus?.includes(status) ?? isAnswer))
      throw unexpectedStatus(response, (text) => hide(redact(text)));
    const shown = { url: url.href, status, headers: shownHeaders(response, redact) };
    return storable({ ...shown, ...contentOf(response, redact) }, response);
  },
});
