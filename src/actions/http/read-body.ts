import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import type { BrotliOptions, ZlibOptions } from 'node:zlib';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { ActionError } from '../../index.ts';
import { nameOf } from './message.ts';

type Decoder = (raw: Buffer, options: ZlibOptions & BrotliOptions) => Promise<Buffer>;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  'x-gzip': promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<Buffer, ZlibOptions, Buffer>(inflate),
  br: promisify<Buffer, BrotliOptions, Buffer>(brotliDecompress),
};

/** The whole body, decompressed; both forms of it are limited, or a few bytes could fill the memory. */
export async function readBody(
  incoming: IncomingMessage,
  request: { method: string; url: URL },
  maxBytes: number,
): Promise<Buffer> {
  const tooLarge = () =>
    unusable(`${nameOf(request)} answered with more than ${maxBytes / 1_024} KiB, decompressed.`);
  const raw = await collect(incoming, maxBytes, tooLarge);
  const encoding = incoming.headers['content-encoding']?.trim().toLowerCase() || 'identity';
  if (raw.length === 0 || encoding === 'identity') return raw;
  const decode = DECODERS[encoding];
  if (!decode) {
    throw unusable(
      `${nameOf(request)} answered in the encoding "${encoding.slice(0, 50)}", which nobody asked for.`,
    );
  }
  try {
    return await decode(raw, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw error;
  }
}

async function collect(incoming: IncomingMessage, maxBytes: number, tooLarge: () => Error): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop by an error destroys the connection, so that no more of it is sent.
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Another attempt would get the same. */
export const unusable = (message: string): ActionError =>
  new ActionError(`${message} What the request did there is done.`, {
    type: 'HttpResponseUnusable',
    nonRetryable: true,
  });
