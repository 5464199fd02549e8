import type { AuditEntry } from '../../src/core/invocation.ts';

/**
 * Entries as lines that are read in a review: number, step, type, and what else each says. Without times and ids, so
 * that a recording which was made again tells the same story.
 */
export const story = (entries: readonly AuditEntry[]): string =>
  entries.map((entry) => `${line(entry)}\n`).join('');

function line({
  at: _,
  seq,
  step,
  type,
  attempt,
  compensationAttempt,
  error,
  parallel,
  ...rest
}: AuditEntry) {
  const what = [
    type,
    attempt !== undefined && `#${attempt}`,
    compensationAttempt !== undefined && `try ${compensationAttempt}`,
    parallel && '(parallel)',
    ...Object.entries(rest).map(([name, value]) => `${name}=${shown(value)}`),
    error && `${error.code} ${error.type}: ${error.message}`,
  ];
  return `${String(seq).padStart(3)} ${step === undefined ? '   ' : `[${step}]`} ${what.filter(Boolean).join(' ')}`;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll(/20\d\d-\d\d-\d\dT[\d:.]+Z/g, '<time>').replaceAll(/inv_[\w-]+/g, '<id>');
}
