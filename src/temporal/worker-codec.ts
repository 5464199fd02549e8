import { DefaultFailureConverter, defaultFailureConverter } from '@temporalio/common';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { isDoError } from '../core/errors.ts';
import type { PayloadCipher } from './codec.ts';
import { keyIdOf } from './codec.ts';

/**
 * What the workers of a process encode and decode by. A task whose key is missing fails, and Temporal gives it to any worker
 * again and again: so it is told, once of each key, and the process says from then on that it is not ready.
 */
export class WorkerCodec implements PayloadCodec {
  readonly #cipher: PayloadCipher;
  readonly #onMissing: (message: string) => void;
  readonly #missing = new Map<string, Error>();

  constructor(cipher: PayloadCipher, onMissing: (message: string) => void) {
    this.#cipher = cipher;
    this.#onMissing = onMissing;
    // A failure's message and stack are payloads only so; a worker can be given another converter by a CommonJS file alone.
    if (cipher.keyId !== undefined && defaultFailureConverter instanceof DefaultFailureConverter)
      defaultFailureConverter.options.encodeCommonAttributes = true;
  }

  encode = async (payloads: Payload[]): Promise<Payload[]> => payloads.map(this.#cipher.seal);

  decode = async (payloads: Payload[]): Promise<Payload[]> => payloads.map(this.#require);

  /** Throws when a task could not be read here. */
  check(): void {
    for (const error of this.#missing.values()) throw error;
  }

  #require = (payload: Payload): Payload => {
    try {
      return this.#cipher.require(payload);
    } catch (error) {
      if (!isDoError(error)) throw error;
      const id = keyIdOf(payload) ?? '';
      if (!this.#missing.has(id))
        this.#onMissing(`${error.code}: a task cannot be done here. ${error.message}`);
      this.#missing.set(id, error);
      // The type that the failed attempt has on record.
      throw Object.assign(error, { name: error.code });
    }
  };
}
