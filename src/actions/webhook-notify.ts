import { z } from 'zod';
import { Action } from '../index.ts';
import { unexpectedStatus } from './http/failure.ts';
import { send } from './http/send.ts';
import { MAX_URL, problemOfUrl, URL_TEXT } from './http/url.ts';
import { ENDPOINT_NAME, readSigningKeys } from './webhook/secret.ts';
import { signedHeaders, webhookIdOf } from './webhook/sign.ts';

/** The answer's body goes into the message of a failure and nowhere else. */
const MAX_RESPONSE_BYTES = 64 * 1_024;
/** Below the attempt timeout of 20 s, so that a silent receiver is named instead of "timed out". */
const LIMIT_MS = 16_000;

const input = z
  .strictObject({
    url: z
      .string()
      .max(MAX_URL)
      .regex(URL_TEXT, 'Expected an http: or https: URL')
      .describe('http: or https:, with no user name or password in it'),
    type: z
      .string()
      .max(200)
      .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'Expected a type of event, such as invoice.paid')
      .describe('What happened, such as invoice.paid'),
    data: z.record(z.string(), z.unknown()).describe('About the event; what its type promises to receivers'),
    timestamp: z.iso.datetime({ offset: true }).optional().describe('When it happened'),
    endpoint: z
      .string()
      .regex(ENDPOINT_NAME)
      .optional()
      .describe(
        'Whose secret signs: billing for WEBHOOK_SECRET_BILLING of the worker. Default: WEBHOOK_SECRET',
      ),
  })
  .superRefine(({ url }, context) => {
    const message = problemOfUrl(url);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['url'], message });
  });

const output = z.object({
  webhookId: z.string().describe('The same on every attempt; by it the receiver drops duplicates'),
  status: z.int(),
});

/**
 * Tells a receiver of an event by a signed POST, as Standard Webhooks has it. Redirects are not followed: who may answer
 * for the receiver is for whoever configures the URL to say.
 */
export const webhookNotify = new Action({
  name: 'webhook.notify',
  description:
    'POSTs an event to a URL, signed by Standard Webhooks with WEBHOOK_SECRET of the worker. Retried for hours with the same webhook-id: a receiver that ignores it may act on the event more than once.',
  input,
  output,
  retry: { maximumAttempts: 10, initialInterval: '5s', backoffCoefficient: 4, maximumInterval: '5h' },
  timeout: '20s',
  handler: async ({ url, endpoint, ...event }, ctx) => {
    const keys = readSigningKeys(endpoint);
    const webhookId = webhookIdOf(ctx.idempotencyKey);
    const body = JSON.stringify({ type: event.type, timestamp: event.timestamp, data: event.data });
    const response = await send(
      {
        method: 'POST',
        url: new URL(url),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'do-sdk',
          ...signedHeaders(webhookId, body, keys, new Date()),
        },
        body: Buffer.from(body),
      },
      { maxRedirects: 0, maxBytes: MAX_RESPONSE_BYTES, limitMs: LIMIT_MS, signal: ctx.signal },
    );
    if (response.status >= 300) throw unexpectedStatus(response);
    return { webhookId, status: response.status };
  },
});
