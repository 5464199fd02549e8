import type { ActionLog } from '../core/context.ts';

/** A line that a handler wrote with `ctx.log`. */
export interface TestLogLine {
  /** In which it was written, or which was being taken back; 1 is the first. */
  attempt: number;
  /** Present when it was written while the attempt was taken back: in which try. */
  compensationAttempt?: number;
  /** Present in a workflow's run: of which step. */
  step?: string;
  /** The method of `ctx.log`. */
  level: keyof ActionLog;
  /** Its first argument. */
  message: string;
  /** Its second argument; empty if there was none. */
  fields: Record<string, unknown>;
}

/** A line that need not be of an attempt. */
export type LogLine = Omit<TestLogLine, 'attempt'> & Partial<Pick<TestLogLine, 'attempt'>>;

export class Logbook {
  readonly lines: LogLine[] = [];

  of(which: Pick<LogLine, 'attempt' | 'compensationAttempt' | 'step'>): ActionLog {
    const write =
      (level: keyof ActionLog) =>
      (message: string, fields: Record<string, unknown> = {}) =>
        void this.lines.push({ ...which, level, message, fields });
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  }
}
