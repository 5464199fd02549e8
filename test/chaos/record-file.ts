import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** One JSON value a line, written before this returns. */
export function appendRecord(file: string, record: unknown): void {
  appendFileSync(file, `${JSON.stringify(record)}\n`);
}

/** A process killed while it wrote leaves a line without an end: it answered nobody, so the line tells of nothing. */
export function readRecords<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as T];
    } catch {
      return [];
    }
  });
}
