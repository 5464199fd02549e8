import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { DoError } from '../core/errors.ts';
import type { EncryptionKeys } from './encryption-keys.ts';

/** The names that Temporal's own samples use, so that its tools show what it is. */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts payloads by AES-256-GCM, with whatever is beside the data in them. Bound to the ciphertext are its format and the
 * id of its key, and nothing of where it is: Temporal itself copies payloads, byte for byte, into continued and reset
 * runs, out of schedules into what they start, and from heartbeats into failures, and a namespace may be moved.
 */
export class PayloadCipher {
  readonly #keys: EncryptionKeys;

  constructor(keys: EncryptionKeys) {
    this.#keys = keys;
  }

  /** Of what encrypts; undefined: nothing is. */
  get keyId(): string | undefined {
    return this.#keys.current;
  }

  /** True when there may be something encrypted to be read. */
  get hasKeys(): boolean {
    return this.#keys.byId.size > 0;
  }

  /** What is encrypted stays as it is, so that nothing is twice. */
  seal = (payload: Payload): Payload => {
    const id = this.#keys.current;
    const key = id === undefined ? undefined : this.#keys.byId.get(id);
    if (id === undefined || !key || keyIdOf(payload) !== undefined) return payload;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(aadOf(id));
    const plain = proto.temporal.api.common.v1.Payload.encode(payload).finish();
    const data = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return { metadata: { encoding: utf8(ENCODING), [KEY_ID]: utf8(id) }, data };
  };

  /** What cannot be decrypted here stays as it is: one such payload must not hide all that is beside it. */
  open = (payload: Payload): Payload => {
    try {
      return this.require(payload);
    } catch {
      return payload;
    }
  };

  /** The same, where it has to be readable. */
  require = (payload: Payload): Payload => {
    const id = keyIdOf(payload);
    if (id === undefined) return payload;
    const key = this.#keys.byId.get(id);
    if (!key) throw keyMissing(id);
    return decrypt(payload, id, key);
  };
}

type Key = NonNullable<ReturnType<EncryptionKeys['byId']['get']>>;

function decrypt({ data }: Payload, id: string, key: Key): Payload {
  try {
    const bytes = Buffer.from(data ?? []);
    const iv = bytes.subarray(0, IV_BYTES);
    const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(aadOf(id));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
    const opened = proto.temporal.api.common.v1.Payload.decode(Buffer.concat(plain));
    return { metadata: opened.metadata, data: opened.data };
  } catch (cause) {
    throw new DoError(
      'ENCRYPTION_KEY_MISSING',
      `A payload cannot be decrypted with the key "${id}" of DO_ENCRYPTION_KEYS: it was encrypted with another key of that id, or was changed. Give every key an id of its own.`,
      { cause },
    );
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const aadOf = (id: string): Uint8Array => utf8(`do-sdk/payload/1/${id}`);

/** Of what is encrypted; undefined for what is not. */
export function keyIdOf({ metadata }: Payload): string | undefined {
  const encoding = metadata?.['encoding'];
  const isEncrypted = encoding && new TextDecoder().decode(encoding) === ENCODING;
  return isEncrypted ? new TextDecoder().decode(metadata[KEY_ID] ?? new Uint8Array()) : undefined;
}

export const keyMissing = (id: string): DoError =>
  new DoError(
    'ENCRYPTION_KEY_MISSING',
    `This was encrypted with the key "${id}", which is not in DO_ENCRYPTION_KEYS of this process. Add it behind the first one.`,
  );
