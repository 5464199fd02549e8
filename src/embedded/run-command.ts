import { spawn } from 'node:child_process';

const MOST_OUTPUT = 64 * 1024;

/** Resolves with stdout; rejects with the last line of stderr, which is where commands say why. */
export function runCommand(
  command: string,
  args: string[],
  {
    timeout,
    signal,
    ...place
  }: { timeout: number; signal?: AbortSignal; cwd?: string; uid?: number; gid?: number },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      windowsHide: true,
      ...(signal ? { signal } : {}),
      ...place,
    });
    const out = collect(child.stdout);
    const err = collect(child.stderr);
    child.once('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.once('close', (code, ended) => {
      if (code === 0) return resolve(out());
      const how = ended ? `ended by ${ended} after at most ${timeout / 1000} s` : `exit code ${code}`;
      reject(new Error(`${command} ${args[0] ?? ''}: ${how}: ${err().trim().split('\n').at(-1) ?? ''}`));
    });
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => (text = (text + chunk).slice(-MOST_OUTPUT)));
  return () => text;
}
