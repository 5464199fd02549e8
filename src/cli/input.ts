import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { DoError, isDoError } from '../core/errors.ts';
import { parseJson } from '../http/strict-json.ts';
import { UsageError } from './usage-error.ts';

/** `--input` as its value: JSON, `@file`, or `-` for standard input; null where it was not given. */
export async function readInput(given: string | undefined): Promise<unknown> {
  if (given === undefined) return null;
  const bytes = await bytesOf(given);
  try {
    return parseJson(bytes);
  } catch (error) {
    if (!isDoError(error)) throw error;
    const why = error.message.replace('The body', `The input (${placeOf(given)})`);
    throw new DoError('INPUT_INVALID', why, { cause: error });
  }
}

async function bytesOf(given: string): Promise<Uint8Array> {
  if (given === '-') return await buffer(process.stdin);
  if (!given.startsWith('@')) return Buffer.from(given);
  try {
    return await readFile(given.slice(1));
  } catch (error) {
    throw new UsageError(`--input ${given}: the file cannot be read: ${(error as Error).message}.`);
  }
}

function placeOf(given: string): string {
  if (given === '-') return 'standard input';
  return given.startsWith('@') ? given.slice(1) : '--input';
}
