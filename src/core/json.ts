/** Above it Temporal warns (256 KiB to 512 KiB) and soon refuses (2 MiB); the facade's body limit is the same. */
export const JSON_BYTES_LIMIT = 1_048_576;
export const JSON_DEPTH_LIMIT = 64;

export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/**
 * `value` as the JSON value that goes on record; throws a `JsonError` that names the field for what JSON would lose or
 * refuse (function, symbol, BigInt, cycle, Map, Set), for more than 64 levels, and for more than 1 MiB.
 * Nothing at all (`undefined`) is `null`; `undefined` properties are dropped; NaN and Infinity are `null`; as in JSON.
 */
export function toJson(value: unknown): unknown {
  const plain = copyWhole(value) ?? null;
  const text = JSON.stringify(plain);
  if (text.length * 3 > JSON_BYTES_LIMIT && new TextEncoder().encode(text).length > JSON_BYTES_LIMIT) {
    throw tooLarge();
  }
  return plain;
}

/** Where the copy stands, and how long its text is at the least: what is shared may unfold to any size. */
interface Walk {
  ancestors: Set<object>;
  length: number;
}

function copyWhole(value: unknown): unknown {
  try {
    return copy(value, '', '', { ancestors: new Set(), length: 0 });
  } catch (error) {
    if (error instanceof JsonError) throw error;
    // A Proxy may throw at any operation, and what it throws may do so again when it is shown.
    throw new JsonError('has a part that throws when it is read');
  }
}

function grow(walk: Walk, by: number): void {
  walk.length += by;
  if (walk.length > JSON_BYTES_LIMIT) throw tooLarge();
}

const tooLarge = () => new JsonError('is larger than 1 MiB as JSON; store it elsewhere and pass a reference');

function copy(value: unknown, key: string, path: string, walk: Walk): unknown {
  const plain = unboxed(unwrap(value, key, path));
  if (plain !== undefined) grow(walk, typeof plain === 'string' ? plain.length + 2 : 1);
  switch (typeof plain) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return plain;
    case 'number':
      return Number.isFinite(plain) ? plain : null;
    case 'object':
      return plain === null ? null : copyObject(plain, path, walk);
    default:
      throw new JsonError(`has a ${typeof plain} at ${where(path)}, which JSON cannot hold`);
  }
}

function copyObject(value: object, path: string, walk: Walk): unknown {
  const { ancestors } = walk;
  if (ancestors.has(value)) throw new JsonError(`refers to itself at ${where(path)}`);
  if (ancestors.size >= JSON_DEPTH_LIMIT)
    throw new JsonError(`is nested deeper than ${JSON_DEPTH_LIMIT} levels`);
  if (value instanceof Map || value instanceof Set) {
    throw new JsonError(`has a ${value.constructor.name} at ${where(path)}, whose entries JSON would lose`);
  }
  ancestors.add(value);
  const result = Array.isArray(value) ? copyArray(value, path, walk) : copyFields(value, path, walk);
  ancestors.delete(value);
  return result;
}

function copyArray(value: unknown[], path: string, walk: Walk): unknown[] {
  // A comma for each item, also where a sparse array has none.
  grow(walk, value.length);
  return Array.from(value, (item, index) => copy(item, String(index), `${path}[${index}]`, walk) ?? null);
}

function copyFields(value: object, path: string, walk: Walk): object {
  const entries: [string, unknown][] = [];
  for (const key of Object.keys(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const field = copy(get(value, key, at), key, at, walk);
    if (field === undefined) continue;
    grow(walk, key.length + 3);
    entries.push([key, field]);
  }
  // fromEntries defines properties, so a `__proto__` key stays data.
  return Object.fromEntries(entries);
}

/** As JSON.stringify does for String, Number, Boolean and BigInt objects. */
function unboxed(value: unknown): unknown {
  const isBoxed =
    value instanceof String || value instanceof Number || value instanceof Boolean || value instanceof BigInt;
  return isBoxed ? value.valueOf() : value;
}

function unwrap(value: unknown, key: string, path: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const toJSON = get(value, 'toJSON', path);
  if (typeof toJSON !== 'function') return value;
  try {
    return toJSON.call(value, key) as unknown;
  } catch (error) {
    throw new JsonError(`has a toJSON() at ${where(path)} that throws: ${String(error)}`);
  }
}

function get(value: object, key: string, path: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch (error) {
    throw new JsonError(`has a property at ${where(path)} that throws when read: ${String(error)}`);
  }
}

const where = (path: string): string => (path === '' ? 'its top level' : `\`${path}\``);
