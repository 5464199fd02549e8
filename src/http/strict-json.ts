import { DoError } from '../core/errors.ts';
import { JSON_DEPTH_LIMIT } from '../core/json.ts';

/**
 * A JSON text as its value, refusing what would be read differently elsewhere or could not be stored: JSON.parse alone
 * takes the last of duplicate keys, lets lone surrogates and NUL through, and rounds a huge number to Infinity.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (text.startsWith('\ufeff')) throw invalid('it begins with a byte order mark; send it without');
  // Before JSON.parse, whose recursion a deeply nested text would overflow.
  new Scanner(text).scan();
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalid(`it is not JSON: ${(error as Error).message}`);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid('it is not valid UTF-8');
  }
}

const invalid = (why: string): DoError =>
  new DoError('BODY_INVALID', `The body cannot be used: ${why}. Nothing was executed.`);

/** An object has keys, an array has none. */
interface Level {
  keys: Set<string> | undefined;
  key: string;
  index: number;
  isKeyNext: boolean;
}

const NUMBER = /-?\d[\d.eE+-]*/y;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Looks for what is refused, without recursion; a text that is not JSON it leaves to JSON.parse. */
class Scanner {
  readonly #text: string;
  readonly #levels: Level[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    for (let at = 0; at < this.#text.length;) at = this.#step(at);
  }

  /** Reads the token at `at` and returns where the next begins. */
  #step(at: number): number {
    const level = this.#levels.at(-1);
    switch (this.#text[at]) {
      case '"':
        return this.#readString(at, level);
      case '{':
      case '[':
        this.#descend(this.#text[at] === '{');
        return at + 1;
      case '}':
      case ']':
        this.#levels.pop();
        return at + 1;
      case ',':
        if (level) level.index++;
        if (level?.keys) level.isKeyNext = true;
        return at + 1;
      default:
        return this.#readNumber(at);
    }
  }

  #descend(isObject: boolean): void {
    if (this.#levels.length >= JSON_DEPTH_LIMIT) {
      throw invalid(`it is nested deeper than ${JSON_DEPTH_LIMIT} levels at ${this.#where()}`);
    }
    const keys = isObject ? new Set<string>() : undefined;
    this.#levels.push({ keys, key: '', index: 0, isKeyNext: isObject });
  }

  #readString(at: number, level: Level | undefined): number {
    const end = endOfString(this.#text, at);
    const literal = this.#text.slice(at, end);
    const isEscaped = literal.includes('\\');
    const value = isEscaped ? unescaped(literal) : literal.slice(1, -1);
    if (level?.isKeyNext) this.#takeKey(value, level);
    // Only an escape can bring them in: the bytes were valid UTF-8, and JSON.parse refuses bare control characters.
    if (isEscaped && value.includes('\0')) throw invalid(`it has the character U+0000 at ${this.#where()}`);
    if (isEscaped && LONE_SURROGATE.test(value)) {
      throw invalid(`it has half of a surrogate pair at ${this.#where()}`);
    }
    return end;
  }

  #takeKey(key: string, level: Level): void {
    level.key = key;
    level.isKeyNext = false;
    if (level.keys?.has(key)) throw invalid(`it has the key at ${this.#where()} twice`);
    level.keys?.add(key);
  }

  #readNumber(at: number): number {
    if (!/[-\d]/.test(this.#text[at]!)) return at + 1;
    NUMBER.lastIndex = at;
    const literal = NUMBER.exec(this.#text)?.[0];
    if (literal === undefined) return at + 1;
    if (Math.abs(Number(literal)) === Infinity) {
      throw invalid(`the number at ${this.#where()} is beyond what a double can hold; send it as a string`);
    }
    return at + literal.length;
  }

  #where(): string {
    const path = this.#levels
      .map(({ keys, key, index }) => (keys ? `.${key}` : `[${index}]`))
      .join('')
      .replace(/^\./, '');
    return path === ''
      ? 'its top level'
      : JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function unescaped(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return '';
  }
}
