import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import type { Reading } from '../audit/index.ts';
import { keyIdOf, keyMissing } from './codec.ts';

export const toPayloads = (...values: unknown[]): { payloads: Payload[] } => ({
  payloads: values.map((value) => defaultPayloadConverter.toPayload(value)),
});

export const toPayload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);

/**
 * For showing. Never throws: what some other program wrote in an encoding of its own is null, and what was encrypted with a
 * key that is not here says which.
 */
export const fromPayloads: Reading['decode'] = (payloads) =>
  (payloads?.payloads ?? []).map((payload): unknown => {
    const encrypted = keyIdOf(payload);
    return encrypted === undefined ? decoded(payload) : { encrypted };
  });

/** For acting by it: throws `ENCRYPTION_KEY_MISSING`, since to go on without the value would be to go on with another one. */
export const readPayloads: Reading['decode'] = (payloads) =>
  (payloads?.payloads ?? []).map((payload): unknown => {
    const encrypted = keyIdOf(payload);
    if (encrypted !== undefined) throw keyMissing(encrypted);
    return decoded(payload);
  });

function decoded(payload: Payload): unknown {
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return null;
  }
}
