import { census, missing } from './census.ts';
import { duplicatesOf } from './checker/mail.ts';
import { clientInvocations } from './checker/view.ts';
import type { ChaosResult } from './run.ts';

const MOST_SHOWN = 40;

/** What happened, what was found, and whether that proves anything. */
export function report(result: ChaosResult): string {
  const { facts, violations, ends, options, folder } = result;
  const tooFew = missing(census(facts, options));
  return [
    `seed ${options.seed}, ${options.minutes} min`,
    line(
      'clients',
      countBy(facts.history, ({ phase }) => phase),
    ),
    line(
      'answers',
      countBy(
        facts.history.filter(({ http }) => http),
        ({ http }) => String(http),
      ),
    ),
    line(
      'invocations',
      countBy(clientInvocations(facts), ({ name, status }) => `${name} ${status}`),
    ),
    line(
      'attempts',
      countBy(clientInvocations(facts), ({ attempts }) => `${attempts}`),
    ),
    line(
      'errors',
      countBy(clientInvocations(facts), ({ error }) => error && `${error.code}/${error.type}`),
    ),
    line(
      'faults',
      countBy(facts.faults, ({ kind }) => kind),
    ),
    line(
      'failpoints',
      countBy(
        facts.faults.filter(({ kind }) => kind.startsWith('failpoint')),
        ({ target }) => target.split(' ')[1],
      ),
    ),
    line('ends', ends),
    line(
      'holds',
      countBy(facts.holds, ({ kind, outcome }) => `${kind} ${outcome}`),
    ),
    `effects: ${facts.ledger.length} ledger rows, ${facts.notes.length} notes, ${facts.mails.length} messages, ${duplicatesOf(facts.mails).length} of them duplicates by Message-ID, ${facts.snapshots.length} snapshots`,
    ...tooFew.map(({ what, least, was }) => `TOO FEW ${what}: ${was}, at least ${least} are needed`),
    ...violations.slice(0, MOST_SHOWN).map(({ invariant, message }) => `VIOLATION ${invariant}: ${message}`),
    ...(violations.length > MOST_SHOWN ? [`and ${violations.length - MOST_SHOWN} more`] : []),
    violations.length > 0
      ? line(
          'violations',
          countBy(violations, ({ invariant }) => invariant),
        )
      : 'no violation',
    ...(folder === undefined ? [] : [`logs and records: ${folder}`]),
  ].join('\n');
}

/** 0: it holds; 1: it does not; 2: too little happened to say. */
export function exitCodeOf({ facts, violations, options }: ChaosResult): 0 | 1 | 2 {
  if (violations.length > 0) return 1;
  return missing(census(facts, options)).length > 0 ? 2 : 0;
}

function countBy<T>(
  items: readonly T[],
  nameOf: (item: T) => string | null | undefined,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const name = nameOf(item);
    if (name) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const line = (title: string, counts: Record<string, number>): string =>
  `${title}: ${Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')}`;
