import { createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DoError } from '../core/errors.ts';

const VARIABLE = 'DO_ENCRYPTION_KEYS';
const FILE_VARIABLE = 'DO_ENCRYPTION_KEYS_FILE';
const KEY_BYTES = 32;
/** In place of the first key: nothing more is encrypted, and what was stays readable. */
const PLAIN = 'plain';

/** By their ids, in the order given. The values never print: Node shows a key object without its bytes. */
export interface EncryptionKeys {
  /** The one that encrypts; undefined: nothing is encrypted. */
  current: string | undefined;
  byId: ReadonlyMap<string, KeyObject>;
}

/** What `DO_ENCRYPTION_KEYS` or its file says; `DEFINITION_INVALID` names the variable and the entry, never a key. */
export function configuredKeys(env: NodeJS.ProcessEnv = process.env): EncryptionKeys {
  const inline = env[VARIABLE];
  const file = env[FILE_VARIABLE];
  if (inline && file) throw invalid(VARIABLE, `${FILE_VARIABLE} is set as well. Set one of the two.`);
  if (file) return parseKeys(read(file), FILE_VARIABLE);
  return parseKeys(inline ?? '', VARIABLE);
}

/** `<id>:<base64 of 32 bytes>`, separated by commas or lines; the first encrypts, all decrypt. */
export function parseKeys(text: string, variable = VARIABLE): EncryptionKeys {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const byId = new Map<string, KeyObject>();
  entries.forEach((entry, at) => {
    if (entry === PLAIN && at === 0) return;
    const [, id, base64] = /^([\w.-]{1,64}):(.*)$/.exec(entry) ?? [];
    if (id === undefined || base64 === undefined || id === PLAIN) throw notAnEntry(variable, at);
    if (byId.has(id)) throw invalid(variable, `the key id "${id}" is there twice. Give each key its own id.`);
    byId.set(id, createSecretKey(bytesOf(base64, id, variable)));
  });
  const [current] = entries[0] === PLAIN ? [] : byId.keys();
  return { current, byId };
}

/** A new key as the setting takes it. */
export function newKey(id = `k${randomBytes(4).toString('hex')}`): string {
  const entry = `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;
  parseKeys(entry);
  return entry;
}

function bytesOf(base64: string, id: string, variable: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  const isBase64 = bytes.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '');
  if (!isBase64) throw invalid(variable, `the key "${id}" is not base64.`);
  if (bytes.length === KEY_BYTES) return bytes;
  throw invalid(variable, `the key "${id}" has ${bytes.length} bytes instead of ${KEY_BYTES}.`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new DoError('DEFINITION_INVALID', `${FILE_VARIABLE}: the file ${file} cannot be read.`, { cause });
  }
}

const notAnEntry = (variable: string, at: number): DoError =>
  invalid(
    variable,
    `entry ${at + 1} is not \`<id>:<base64>\`, where an id is 1 to 64 letters, digits, dots, dashes or underscores.`,
  );

const invalid = (variable: string, why: string): DoError =>
  new DoError(
    'DEFINITION_INVALID',
    `${variable} cannot be used: ${why} \`do-sdk encryption-key\` makes a key.`,
  );
