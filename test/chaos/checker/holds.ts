import type { HoldEvent, Violation } from '../facts.ts';
import type { Check } from './view.ts';
import { brief, clientInvocations, groupBy, violation } from './view.ts';

const COULD_NOT = 'COMPENSATION_FAILED';

/** Exactly one hold stands of what completed, none of what did not, unless its failure says so itself. */
export const checkHolds: Check = (facts) => {
  const live = groupBy(liveHolds(facts.holds), ({ invocationId }) => invocationId);
  const invocations = clientInvocations(facts).filter(({ name }) => name === 'hold.place');
  const known = new Set(invocations.map(({ id }) => id));
  const orphans = [...live.keys()].filter((id) => !known.has(id));
  return [
    ...orphans.map((id) => violation('hold-unknown', `A hold stands of ${id}, which does not exist.`)),
    ...invocations.flatMap((invocation): Violation[] => {
      const holds = live.get(invocation.id) ?? [];
      const told = `${brief(invocation)}; live: ${holds.map(({ token }) => token).join(', ') || 'nothing'}`;
      if (invocation.status === 'completed') {
        return holds.length === 1 ? [] : [violation(holds.length === 0 ? 'hold-lost' : 'hold-doubled', told)];
      }
      if (holds.length === 0 || invocation.error?.code === COULD_NOT) return [];
      return [violation('hold-left', told)];
    }),
  ];
};

function liveHolds(events: readonly HoldEvent[]): HoldEvent[] {
  const live = new Map<string, HoldEvent>();
  for (const event of events) {
    if (event.outcome === 'held') live.set(event.token, event);
    if (event.kind === 'release') live.delete(event.token);
  }
  return [...live.values()];
}

/** A token whose attempt was taken back is never given to a later attempt: what was released would pass for held. */
export const checkTokens: Check = ({ holds }) =>
  [...groupBy(holds, ({ token }) => token)].flatMap(([token, events]) => {
    const released = events.filter(({ kind }) => kind === 'release').map(({ attempt }) => attempt);
    const first = Math.min(...released);
    const reused = events.find(({ kind, attempt }) => kind === 'hold' && attempt > first);
    if (!reused) return [];
    return [
      violation(
        'token-reused',
        `${token} was released for attempt ${first} and used by attempt ${reused.attempt}.`,
      ),
    ];
  });
