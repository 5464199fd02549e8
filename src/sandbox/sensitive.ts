import { upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { SensitiveSchemas } from '../core/envelope.ts';
import { SENSITIVE_KEY } from '../core/envelope.ts';
import type { Mask } from '../core/secret-mask.ts';
import { maskOf } from '../core/secret-mask.ts';
import { sensitiveSchemaOf, sensitiveTextsOf } from '../core/sensitive.ts';
import { bytesOf } from './size.ts';

/** It is in one memo with the state and the open approvals. */
const MOST_BYTES = 32 * 1024;
/** A cause chain may be cyclic. */
const DEEPEST = 5;

/**
 * What the schemas of one run mark as sensitive. Those of signals and decisions only the handler has, so they are put on
 * record for whoever shows it; and no text that the workflow writes itself holds what was marked.
 */
export class Sensitive {
  #declared = (workflowInfo().memo?.[SENSITIVE_KEY] ?? {}) as SensitiveSchemas;
  readonly #seen: [value: unknown, schema: StandardSchemaV1][] = [];
  #mask: Mask | undefined;

  /** Where the schema marks nothing the record stays as it is. */
  declare(sort: 'signal' | 'approval', name: string, schema: StandardSchemaV1 | undefined): void {
    const found = sensitiveSchemaOf(schema, 'input');
    if (!found) return;
    const ofSort = this.#declared[sort] ?? {};
    // A name may be `constructor`.
    const known = Object.hasOwn(ofSort, name) ? ofSort[name] : undefined;
    const next = known && !isSame(known, found) ? either(known, found) : found;
    if (known && isSame(known, next)) return;
    const bounded = bytesOf(next) > MOST_BYTES ? EVERYTHING : next;
    this.#declared = { ...this.#declared, [sort]: { ...ofSort, [name]: bounded } };
    upsertMemo({ [SENSITIVE_KEY]: this.#declared });
  }

  saw(value: unknown, schema: StandardSchemaV1 | undefined): void {
    if (!schema) return;
    this.#seen.push([value, schema]);
    this.#mask = undefined;
  }

  /** Made when there is a text to look through: most runs write none. */
  mask: Mask = (value) => {
    this.#mask ??= maskOf(this.#seen.flatMap(([seen, schema]) => sensitiveTextsOf(seen, schema, 'input')));
    return this.#mask(value);
  };

  /** The error itself, which goes on record with its causes. */
  hideIn(thrown: unknown, depth = 0): unknown {
    if (!(thrown instanceof Error)) return this.mask(thrown);
    try {
      for (const key of ['message', 'stack', 'type'] as const) this.#hideText(thrown, key);
      if (thrown.cause !== undefined && depth < DEEPEST) {
        const cause = this.hideIn(thrown.cause, depth + 1);
        if (cause !== thrown.cause) thrown.cause = cause;
      }
      return thrown;
    } catch {
      // A frozen one.
      return new Error(this.mask(thrown.message));
    }
  }

  #hideText(error: Error & { type?: unknown }, key: 'message' | 'stack' | 'type'): void {
    const text = error[key];
    if (typeof text !== 'string') return;
    const shown = this.mask(text);
    if (shown !== text) Object.defineProperty(error, key, { value: shown, configurable: true });
  }
}

const EVERYTHING = { sensitive: true };

const isSame = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Two waits for one name may have a schema each. */
const either = (known: object, found: object): object => {
  const { anyOf } = known as { anyOf?: unknown };
  const before = Array.isArray(anyOf) && Object.keys(known).length === 1 ? (anyOf as object[]) : [known];
  return before.some((one) => isSame(one, found)) ? known : { anyOf: [...before, found] };
};
