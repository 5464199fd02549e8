import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import type { Reading } from '../audit/index.ts';

export const toPayloads = (...values: unknown[]): { payloads: Payload[] } => ({
  payloads: values.map((value) => defaultPayloadConverter.toPayload(value)),
});

export const toPayload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);

/** Never throws: a payload that some other program wrote in an encoding of its own is shown as what it is. */
export const fromPayloads: Reading['decode'] = (payloads) =>
  (payloads?.payloads ?? []).map((payload): unknown => {
    try {
      return defaultPayloadConverter.fromPayload(payload);
    } catch {
      return null;
    }
  });
