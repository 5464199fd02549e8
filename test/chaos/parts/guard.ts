import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../fixtures/guard.mjs', import.meta.url));

/**
 * A process that ends what this one has started, should this one end without doing so: it reads pids from its standard
 * input, which the system closes also for a process killed with -9.
 */
export class Guard {
  readonly #child;

  /** What runs in that folder or was started with a path in it is ended too, told of or not. */
  constructor(root: string) {
    // Detached, so that a Ctrl-C in the terminal does not end it before its time.
    this.#child = spawn(process.execPath, [PROGRAM, root], {
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
    });
    this.#child.stdin.on('error', () => undefined);
    this.#child.unref();
  }

  watch(pid: number | undefined, ended: Promise<unknown>): void {
    if (pid === undefined) return;
    this.#child.stdin.write(`+${pid}\n`);
    void ended.then(() => this.#child.stdin.write(`-${pid}\n`));
  }

  close(): void {
    this.#child.stdin.end('done\n');
  }
}
