import type { Readable } from 'node:stream';
import type { ActionLog } from '../../core/context.ts';

/** A line that does not end is logged in parts. */
const LONGEST_LINE = 16_384;
const TAIL = 2_048;

/** What an attempt's process prints, line by line into the log of the attempt, up to a limit. */
export class Output {
  readonly #limitBytes: number;
  readonly #log: ActionLog;
  readonly #onExceeded: () => void;
  readonly #flushes: (() => void)[] = [];
  #bytes = 0;
  /** The last that was printed to standard error. */
  tail = '';

  constructor(limitKiB: number, log: ActionLog, onExceeded: () => void) {
    this.#limitBytes = limitKiB * 1_024;
    this.#log = log;
    this.#onExceeded = onExceeded;
  }

  read(name: 'stdout' | 'stderr', stream: Readable): void {
    let rest = '';
    const tell = (line: string) => this.#log[name === 'stdout' ? 'info' : 'warn'](line, { stream: name });
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      if (name === 'stderr') this.tail = (this.tail + chunk).slice(-TAIL);
      if (!this.#admits(chunk)) return;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_LINE) lines.push(rest.slice(0, LONGEST_LINE));
      if (rest.length > LONGEST_LINE) rest = rest.slice(LONGEST_LINE);
      lines.forEach(tell);
    });
    stream.on('error', () => undefined);
    this.#flushes.push(() => rest !== '' && tell(rest));
  }

  /** Logs what has no line end. */
  flush(): void {
    for (const flush of this.#flushes.splice(0)) flush();
  }

  #admits(chunk: string): boolean {
    this.#bytes += Buffer.byteLength(chunk);
    if (this.#bytes <= this.#limitBytes) return true;
    this.#onExceeded();
    return false;
  }
}
