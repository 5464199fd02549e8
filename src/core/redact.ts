import { REDACTED } from './secret-mask.ts';

type Schema = Record<string, unknown>;

/** The keyword of a JSON Schema that marks what is not to be shown: in zod `.meta({ sensitive: true })`. */
const KEYWORD = 'sensitive';
/** Their schemas hold for the value itself; which of them did matters not, since one that marks it is enough. */
const LISTS = ['allOf', 'anyOf', 'oneOf'];
const ALONE = ['if', 'then', 'else'];
/** Of schemas that refer to each other for the same value. */
const DEEPEST = 64;

/** True where the schema marks anything; one without a JSON Schema cannot. */
export const marksSensitive = (schema: object | null | undefined): boolean =>
  schema ? (JSON.stringify(schema) ?? '').includes(`"${KEYWORD}":true`) : false;

/** A copy of the value with `[redacted]` wherever the schema marks it; the value itself where nothing is marked. */
export function redact<T>(value: T, schema: object | null | undefined): T {
  if (!schema || !marksSensitive(schema)) return value;
  return new Redaction(schema as Schema).of(value, schema, 0) as T;
}

/** The texts and numbers that `redact` would hide, as they look in a message; short ones are in any text. */
export function sensitiveTexts(value: unknown, schema: object | null | undefined): string[] {
  if (!schema || !marksSensitive(schema)) return [];
  const redaction = new Redaction(schema as Schema);
  redaction.of(value, schema, 0);
  return redaction.hidden.flatMap(leavesOf).filter((text) => text.length >= SHORTEST);
}

const SHORTEST = 4;

class Redaction {
  readonly #root: Schema;
  readonly hidden: unknown[] = [];

  constructor(root: Schema) {
    this.#root = root;
  }

  of(value: unknown, schema: unknown, depth: number): unknown {
    if (!isObject(schema) || depth > DEEPEST || value === REDACTED || value === undefined) return value;
    if (schema[KEYWORD] === true) {
      this.hidden.push(value);
      return REDACTED;
    }
    const same = this.#forSame(schema).reduce((told: unknown, part) => this.of(told, part, depth + 1), value);
    if (Array.isArray(same)) return this.#items(same, schema);
    return isObject(same) ? this.#properties(same, schema) : same;
  }

  #forSame(schema: Schema): unknown[] {
    const { $ref } = schema;
    const lists = LISTS.flatMap((name) => (Array.isArray(schema[name]) ? (schema[name] as unknown[]) : []));
    const referred = typeof $ref === 'string' ? [this.#find($ref)] : [];
    return [...referred, ...lists, ...ALONE.map((name) => schema[name])];
  }

  #items(items: unknown[], { prefixItems = [], items: rest }: Schema): unknown[] {
    const first = Array.isArray(prefixItems) ? (prefixItems as unknown[]) : [];
    return items.map((item, at) => this.of(item, at < first.length ? first[at] : rest, 0));
  }

  #properties(value: Schema, schema: Schema): Schema {
    const { properties = {}, patternProperties = {}, additionalProperties } = schema;
    const named = properties as Schema;
    const patterns = Object.entries(patternProperties as Schema);
    const entries = Object.entries(value).map(([name, part]): [string, unknown] => {
      const matching = patterns.flatMap(([pattern, one]) =>
        new RegExp(pattern, 'u').test(name) ? [one] : [],
      );
      const own = Object.hasOwn(named, name) ? [named[name], ...matching] : matching;
      const schemas = own.length > 0 ? own : [additionalProperties];
      return [name, schemas.reduce((told: unknown, one) => this.of(told, one, 0), part)];
    });
    return Object.fromEntries(entries);
  }

  /** Within the schema itself, as libraries write them. */
  #find(reference: string): unknown {
    if (!reference.startsWith('#')) return undefined;
    const steps = reference.slice(1).split('/').slice(1);
    const names = steps.map((step) => decodeURIComponent(step).replace(/~1/g, '/').replace(/~0/g, '~'));
    return names.reduce((at: unknown, name) => (isObject(at) ? at[name] : undefined), this.#root);
  }
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}
