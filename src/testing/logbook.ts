import type { ActionLog } from '../core/context.ts';

/** A line that a handler wrote with `ctx.log`. */
export interface TestLogLine {
  /** In which it was written, or which was being taken back; 1 is the first. */
  attempt: number;
  /** Present when it was written while the attempt was taken back: in which try. */
  compensationAttempt?: number;
  /** The method of `ctx.log`. */
  level: keyof ActionLog;
  /** Its first argument. */
  message: string;
  /** Its second argument; empty if there was none. */
  fields: Record<string, unknown>;
}

export class Logbook {
  readonly lines: TestLogLine[] = [];

  of(which: Pick<TestLogLine, 'attempt' | 'compensationAttempt'>): ActionLog {
    const write =
      (level: keyof ActionLog) =>
      (message: string, fields: Record<string, unknown> = {}) =>
        void this.lines.push({ ...which, level, message, fields });
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  }
}
