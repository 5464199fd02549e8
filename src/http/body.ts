import express from 'express';
import type { Request, Response } from 'express';
import { DoError } from '../core/errors.ts';
import { JSON_BYTES_LIMIT } from '../core/json.ts';
import { parseJson } from './strict-json.ts';

const MEDIA_TYPE = /^\s*application\/(?:json|[\w!#$&^.-]+\+json)\s*(;.*)?$/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)"?/gi;

/** Inflates, and counts the inflated bytes, so that a small archive cannot fill the memory. */
const readRaw = express.raw({ type: () => true, limit: JSON_BYTES_LIMIT });

/** The JSON value that a request carries. */
export async function readJson(req: Request, res: Response): Promise<unknown> {
  checkMediaType(req.headers['content-type']);
  const bytes = await readBytes(req, res);
  if (bytes.length > 0) return parseJson(bytes);
  throw new DoError('BODY_INVALID', 'The body is empty: send the input as a JSON value, `null` for none.');
}

/** The same where a body may be left out: then it is null, and needs no media type. */
export async function readJsonIfAny(req: Request, res: Response): Promise<unknown> {
  const { 'transfer-encoding': encoding, 'content-length': length = '0' } = req.headers;
  return encoding === undefined && Number(length) === 0 ? null : await readJson(req, res);
}

function checkMediaType(contentType: string | undefined): void {
  const match = MEDIA_TYPE.exec(contentType ?? '');
  const charsets = [...(match?.[1] ?? '').matchAll(CHARSET)].map(([, charset]) => charset!.toLowerCase());
  if (match && charsets.every((charset) => charset === 'utf-8')) return;
  throw new DoError(
    'MEDIA_TYPE_UNSUPPORTED',
    `The body must be JSON in UTF-8: send \`Content-Type: application/json\`, not ${contentType === undefined ? 'none' : JSON.stringify(contentType.slice(0, 100))}.`,
  );
}

async function readBytes(req: Request, res: Response): Promise<Buffer> {
  await new Promise<void>((resolve, reject) => {
    readRaw(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(toDoError(error))));
  });
  const body: unknown = req.body;
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function toDoError(error: unknown): DoError {
  const { type, message } = error as { type?: string; message?: string };
  if (type === 'entity.too.large') {
    return new DoError(
      'INPUT_TOO_LARGE',
      'The body is larger than 1 MiB. Store it elsewhere and pass a reference.',
    );
  }
  if (type === 'encoding.unsupported') {
    return new DoError(
      'MEDIA_TYPE_UNSUPPORTED',
      `The body's Content-Encoding is not one of gzip, deflate, br: ${message}.`,
    );
  }
  return new DoError('BODY_INVALID', `The body could not be read: ${message}.`, { cause: error });
}
