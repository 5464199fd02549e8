import { Writable } from 'node:stream';

/**
 * Standard output for the protocol alone: what a module or a handler of the project prints would break it, so from here
 * on that goes to standard error.
 */
export function takeStdout(): Writable {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => void write(chunk, (error) => done(error)),
  });
}
