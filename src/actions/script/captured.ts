import type { Readable } from 'node:stream';

/** Printed text up to a limit; the rest is read and dropped, since a program that is not read stands still. */
export interface Captured {
  text(): string;
  isCut(): boolean;
}

/** The first bytes. */
export function firstOf(stream: Readable, limit: number): Captured {
  const chunks: Buffer[] = [];
  let [kept, seen] = [0, 0];
  stream.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (kept === limit) return;
    const part = Buffer.from(chunk.subarray(0, limit - kept));
    kept += part.length;
    chunks.push(part);
  });
  // Half a character at the end is left out.
  return { text: () => decode(Buffer.concat(chunks), seen > limit), isCut: () => seen > limit };
}

/** The last bytes. */
export function lastOf(stream: Readable, limit: number): Captured {
  let tail = Buffer.alloc(0);
  let seen = 0;
  stream.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    tail = Buffer.concat([tail, chunk]).subarray(-limit);
  });
  return { text: () => decode(seen > limit ? fromCharacter(tail) : tail, false), isCut: () => seen > limit };
}

const decode = (bytes: Buffer, isCut: boolean): string => new TextDecoder().decode(bytes, { stream: isCut });

/** Without the rest of a character whose beginning was cut off: at most three bytes of UTF-8. */
function fromCharacter(bytes: Buffer): Buffer {
  const start = bytes.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80);
  return bytes.subarray(Math.max(start, 0));
}
