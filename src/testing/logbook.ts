import type { ActionLog } from '../core/context.ts';

/** A line that a handler wrote with `ctx.log`. */
export interface TestLogLine {
  /** In which it was written; 1 is the first. */
  attempt: number;
  /** The method of `ctx.log`. */
  level: keyof ActionLog;
  /** Its first argument. */
  message: string;
  /** Its second argument; empty if there was none. */
  fields: Record<string, unknown>;
}

export class Logbook {
  readonly lines: TestLogLine[] = [];

  of(attempt: number): ActionLog {
    const write =
      (level: keyof ActionLog) =>
      (message: string, fields: Record<string, unknown> = {}) =>
        void this.lines.push({ attempt, level, message, fields });
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  }
}
