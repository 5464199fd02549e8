import type { Facts } from './facts.ts';
import type { NemesisName } from './nemeses/index.ts';
import type { ChaosOptions } from './options.ts';

export interface Minimum {
  what: string;
  least: number;
  was: number;
}

/** Of one minute; a third of what a slow machine does, so that only a run that proves little falls below. */
const PER_MINUTE = { ok: 60, info: 8, fail: 8, snapshots: 60, fault: 0.7, failpoint: 0.2 };

/** How a nemesis shows in the faults. */
const SHOWN_AS: Partial<Record<NemesisName, string[]>> = {
  failpoints: ['failpoint-kill', 'failpoint-delay'],
};

/** What a run has to have met: one in which little happened proves little. */
export function census(facts: Facts, options: ChaosOptions): Minimum[] {
  const { minutes, nemeses, demandsCoverage } = options;
  const scaled = (perMinute: number) => Math.floor(perMinute * minutes);
  const phase = (name: string) => facts.history.filter((event) => event.phase === name).length;
  const faults = (kind: string) => facts.faults.filter((fault) => fault.kind === kind).length;
  const places = Object.keys(options.failpoints).filter((name) => name !== '*');
  const firedAt = (place: string) => facts.faults.filter(({ target }) => target.endsWith(` ${place}`)).length;
  const rows: [string, number, number][] = [
    ['ok', PER_MINUTE.ok, phase('ok')],
    ['info', PER_MINUTE.info, phase('info')],
    ['fail', PER_MINUTE.fail, phase('fail')],
    ['snapshots', PER_MINUTE.snapshots, facts.snapshots.length],
    ...nemeses
      .flatMap((name) => SHOWN_AS[name] ?? [name])
      .map((kind): [string, number, number] => [kind, PER_MINUTE.fault, faults(kind)]),
    ...places.map((place): [string, number, number] => [place, PER_MINUTE.failpoint, firedAt(place)]),
  ];
  if (!demandsCoverage) return [];
  return rows.map(([what, perMinute, was]) => ({ what, least: scaled(perMinute), was }));
}

export const missing = (minima: readonly Minimum[]): Minimum[] =>
  minima.filter(({ least, was }) => was < least);
