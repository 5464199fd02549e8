import type { AuditEntry } from '../../../src/core/invocation.ts';
import type { Audit, Check } from './view.ts';
import { brief, groupBy, violation } from './view.ts';

const ENDS = new Set(['attempt.completed', 'attempt.failed', 'attempt.timed_out', 'attempt.cancelled']);

/** Every attempt is on record from 1 on, each with its end, and the record of what closed ends with how. */
export const checkAttempts: Check = ({ audits }) => audits.flatMap(checkAudit);

function checkAudit({ invocation, entries }: Audit) {
  const told = (what: string) =>
    violation('attempts', `${what}: ${brief(invocation)}: ${entries.map(short).join(', ')}`);
  const numbers = entries.map(({ seq }) => seq);
  const isGapless = numbers.every((seq, index) => seq === index + 1);
  const attempts = groupBy(
    entries.filter(({ type, attempt }) => type.startsWith('attempt.') && attempt !== undefined),
    ({ attempt }) => String(attempt),
  );
  const highest = Math.max(0, ...[...attempts.keys()].map(Number));
  const missing = Array.from({ length: highest }, (_, index) => String(index + 1)).filter(
    (n) => !attempts.has(n),
  );
  const wasCut = invocation.status === 'terminated' || invocation.status === 'running';
  const open = [...attempts].filter(([, own]) => own.filter(({ type }) => ENDS.has(type)).length !== 1);
  const closing = entries.filter(({ type }) => type === `invocation.${invocation.status}`);
  return [
    ...(isGapless ? [] : [told('Entries are missing')]),
    ...(missing.length === 0 ? [] : [told(`Attempts ${missing.join()} are missing`)]),
    ...(wasCut || open.length === 0
      ? []
      : [told(`Attempts ${open.map(([n]) => n).join()} have no single end`)]),
    ...(invocation.status === 'running' || closing.length === 1 ? [] : [told('It has no single end')]),
  ];
}

const short = ({ type, attempt }: AuditEntry): string =>
  attempt === undefined ? type : `${type} ${attempt}`;
