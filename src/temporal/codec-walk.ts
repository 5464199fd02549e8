import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';

/** Temporal's server reads them, to find workflows by them. */
const NOT_ENCODED = new Set(['searchAttributes', 'header']);

/** A copy of a request with every payload in it mapped, however deep; what is sent again must not be mapped twice. */
export function mapPayloads<T>(message: T, map: (payload: Payload) => Payload): T {
  return copy(message, map) as T;
}

function copy(value: unknown, map: (payload: Payload) => Payload): unknown {
  if (Array.isArray(value)) return value.map((item) => copy(item, map));
  if (!isMessage(value)) return value;
  if (isPayload(value)) return map(value);
  const entries = Object.entries(value);
  // What has a class of its own, such as Long, has no payloads.
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    entries.map(([name, part]) => [name, NOT_ENCODED.has(name) ? part : copy(part, map)]),
  );
}

/** Maps the payloads of an answer in place, and gives every failure the message and stack that it was sent with. */
export function openPayloads<T>(message: T, map: (payload: Payload) => Payload): T {
  if (isMessage(message)) open(message, map);
  return message;
}

function open(value: Message, map: (payload: Payload) => Payload): void {
  for (const [name, part] of Object.entries(value)) {
    if (!isMessage(part) || NOT_ENCODED.has(name)) continue;
    if (isPayload(part)) value[name] = map(part);
    else open(part, map);
  }
  if (isMessage(value['encodedAttributes'])) openFailure(value);
}

/** `DefaultFailureConverter` of Temporal's SDK puts them there. */
function openFailure(failure: Message): void {
  try {
    const attributes: unknown = defaultPayloadConverter.fromPayload(failure['encodedAttributes'] as Payload);
    const { message, stack_trace: stackTrace } = attributes as { message?: unknown; stack_trace?: unknown };
    if (typeof message === 'string') failure['message'] = message;
    if (typeof stackTrace === 'string') failure['stackTrace'] = stackTrace;
  } catch {
    // Of a key that is not here: it stays an encoded failure.
  }
}

type Message = Record<string, unknown>;

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array);

const isPayload = (value: Message): value is Message & Payload =>
  (value['metadata'] as Payload['metadata'])?.['encoding'] instanceof Uint8Array;
