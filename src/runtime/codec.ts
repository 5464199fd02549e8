import { PayloadCipher } from '../temporal/codec.ts';
import { decodeWire } from '../temporal/codec-server.ts';
import { configuredKeys } from '../temporal/encryption-keys.ts';
import { processSession } from './process-session.ts';

/** What the API needs to be a codec server; undefined where nothing is encrypted. */
export function configuredCodec() {
  const cipher = new PayloadCipher(configuredKeys());
  if (!cipher.hasKeys) return undefined;
  return {
    decode: (body: unknown) => decodeWire(body, cipher),
    webUi: () => processSession.use(async ({ temporal }) => temporal.ui),
  };
}
