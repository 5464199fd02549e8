/** As much of a JSON Schema as a form is made from. */
interface Schema {
  type?: unknown;
  format?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  anyOf?: unknown[];
  maxLength?: number;
  properties?: Record<string, unknown>;
  required?: string[];
  sensitive?: boolean;
}

export interface Field {
  name: string;
  /** `json`: what no simple control can hold. */
  kind: 'text' | 'number' | 'boolean' | 'choice' | 'json';
  isRequired: boolean;
  description: string;
  /** For `choice`: what can be chosen, as JSON. */
  choices: string[];
  /** For `json`: text that is no JSON is meant as a string. */
  takesText: boolean;
  isLong: boolean;
  /** It is masked wherever it is shown. */
  isSensitive: boolean;
  /** What holds where nothing is entered, as JSON. */
  fallback: string | undefined;
}

/** By field name what was typed; `''` is nothing. */
export type Values = Record<string, string>;

/** Strings that may be longer get more than one line. */
const ONE_LINE = 1_000;

/** The fields of a form for an object; undefined for a schema that is none, which JSON is the only form of. */
export function fieldsOf(schema: object | null): Field[] | undefined {
  const { type, properties, required = [] } = toSchema(schema);
  if (type !== 'object' || !properties || Object.keys(properties).length === 0) return undefined;
  return Object.entries(properties).map(([name, one]) =>
    fieldOf(name, toSchema(one), required.includes(name)),
  );
}

function fieldOf(name: string, schema: Schema, isRequired: boolean): Field {
  const choices = choicesOf(schema);
  const kind = choices.length > 0 ? 'choice' : kindOf(schema);
  return {
    ...{ name, kind, isRequired, choices, description: schema.description ?? '' },
    takesText: kind === 'json' && (schema.anyOf ?? []).some((one) => toSchema(one).type === 'string'),
    isLong: kind === 'text' && (schema.maxLength ?? 0) > ONE_LINE,
    isSensitive: schema.sensitive === true,
    fallback: schema.default === undefined ? undefined : JSON.stringify(schema.default),
  };
}

function kindOf({ type }: Schema): Field['kind'] {
  if (type === 'string') return 'text';
  if (type === 'number' || type === 'integer') return 'number';
  return type === 'boolean' ? 'boolean' : 'json';
}

function choicesOf({ const: only, enum: several, anyOf }: Schema): string[] {
  if (only !== undefined) return [JSON.stringify(only)];
  if (several) return several.map((value) => JSON.stringify(value));
  const literals = (anyOf ?? []).map((one) => toSchema(one).const);
  return literals.length > 0 && literals.every((value) => value !== undefined)
    ? literals.map((value) => JSON.stringify(value))
    : [];
}

const toSchema = (value: unknown): Schema => (typeof value === 'object' && value !== null ? value : {});

export interface Entered {
  input: Record<string, unknown>;
  /** By field name what cannot be sent as it was typed. Whether the rest is valid is for the API to say. */
  problems: Record<string, string>;
}

export function toInput(fields: readonly Field[], values: Values): Entered {
  const entered: Entered = { input: {}, problems: {} };
  for (const field of fields) {
    const text = values[field.name] ?? '';
    if (text === '') continue;
    try {
      entered.input[field.name] = parse(field, text);
    } catch (error) {
      entered.problems[field.name] = (error as Error).message;
    }
  }
  return entered;
}

function parse({ kind, takesText }: Field, text: string): unknown {
  if (kind === 'text') return text;
  if (kind === 'number') {
    const number = Number(text);
    if (text.trim() === '' || !Number.isFinite(number)) throw new Error('Expected a number.');
    return number;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (takesText) return text;
    throw new Error(`Expected JSON: ${(error as Error).message}`);
  }
}

/** What to fill in for an input; undefined for one that the fields cannot hold. */
export function toValues(fields: readonly Field[], input: unknown): Values | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
  const values: Values = {};
  for (const [name, value] of Object.entries(input)) {
    const field = fields.find((one) => one.name === name);
    const text = field && textOf(field, value);
    if (text === undefined) return undefined;
    values[name] = text;
  }
  return values;
}

/** Undefined where reading it again would give another value. */
function textOf(field: Field, value: unknown): string | undefined {
  const isPlain = typeof value === 'string' && (field.kind === 'text' || field.takesText);
  const text = isPlain ? value : JSON.stringify(value);
  const { input, problems } = toInput([field], { [field.name]: text });
  const isKept =
    Object.keys(problems).length === 0 && JSON.stringify(input[field.name]) === JSON.stringify(value);
  return isKept ? text : undefined;
}
