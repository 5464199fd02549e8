import type { Payload } from '@temporalio/common';
import { DoError } from '../core/errors.ts';
import type { PayloadCipher } from './codec.ts';

/** A payload as Temporal's codec server protocol writes it: every byte string is base64. */
interface WirePayload {
  metadata?: Record<string, string>;
  data?: string;
}

export interface WirePayloads {
  payloads: WirePayload[];
}

/**
 * Answers `POST …/decode` of Temporal's codec server protocol. What cannot be decrypted here is given back as it is: the Web UI
 * then shows that it is encrypted, and all that is beside it.
 */
export function decodeWire(body: unknown, cipher: PayloadCipher): WirePayloads {
  return { payloads: wireOf(body).map((payload) => toWire(cipher.open(fromWire(payload)))) };
}

function wireOf(body: unknown): WirePayload[] {
  const { payloads } = (body ?? {}) as { payloads?: unknown };
  if (Array.isArray(payloads) && payloads.every(isWirePayload)) return payloads;
  throw new DoError(
    'BODY_INVALID',
    'Expected `{ "payloads": [{ "metadata": { … }, "data": "…" }] }`, with every byte string in base64, as Temporal sends it to a codec server.',
  );
}

function isWirePayload(value: unknown): value is WirePayload {
  if (typeof value !== 'object' || value === null) return false;
  const { metadata = {}, data = '' } = value as { metadata?: unknown; data?: unknown };
  const isMap = typeof metadata === 'object' && metadata !== null;
  return isMap && [data, ...(Object.values(metadata) as unknown[])].every((text) => typeof text === 'string');
}

const fromBase64 = (text: string): Uint8Array => Buffer.from(text, 'base64');
const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const fromWire = ({ metadata = {}, data = '' }: WirePayload): Payload => ({
  metadata: mapValues(metadata, fromBase64),
  data: fromBase64(data),
});

const toWire = ({ metadata, data }: Payload): WirePayload => ({
  metadata: mapValues(metadata ?? {}, toBase64),
  data: toBase64(data ?? new Uint8Array()),
});

const mapValues = <From, To>(map: Record<string, From>, to: (from: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, to(value)]));
