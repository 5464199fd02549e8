/** The file in which a postmaster says who and how far it is. */
import { readFileSync } from 'node:fs';

const STATUS_LINE = 7;

function linesOf(file: string): string[] | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return undefined;
  }
}

/** Undefined without a file; NaN for one that names nobody. */
export function postmasterPid(file: string): number | undefined {
  const lines = linesOf(file);
  return lines && Number.parseInt(lines[0] ?? '', 10);
}

/** Whether this very process says that it takes connections; the file of an earlier one may still be there. */
export function saysReady(file: string, pid: number | undefined): boolean {
  const lines = linesOf(file);
  return Number(lines?.[0]) === pid && lines?.[STATUS_LINE]?.trim() === 'ready';
}
