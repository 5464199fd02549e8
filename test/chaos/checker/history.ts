import type { ClientEvent } from '../facts.ts';
import type { Check, Invocation } from './view.ts';
import { brief, clientInvocations, groupBy, refOf, violation } from './view.ts';
import { digestOf } from '../client/record.ts';

/** Nothing that a client was told of is missing, and everything has an end. */
export const checkAcknowledged: Check = ({ history, audits, stillOpen }) => {
  const known = new Map(audits.map(({ invocation }) => [invocation.id, invocation]));
  const told = new Set(history.flatMap(({ id }) => (id === undefined ? [] : [id])));
  return [
    ...[...told]
      .filter((id) => !known.has(id))
      .map((id) => violation('acknowledged-lost', `A client was told of ${id}, which does not exist.`)),
    ...[...known.values()]
      .filter(({ status }) => status === 'running')
      .map((invocation) => violation('still-running', brief(invocation))),
    ...stillOpen.map((id) => violation('still-running', `Temporal has ${id} open.`)),
  ];
};

/** What was told once is true afterwards, whoever asks. */
export const checkOutcomes: Check = (facts) => {
  const told = facts.history.filter(({ digest, id }) => digest !== undefined && id !== undefined);
  const final = new Map(facts.audits.map(({ invocation }) => [invocation.id, invocation]));
  return [...groupBy(told, ({ id }) => id!)].flatMap(([id, events]) => {
    const invocation = final.get(id);
    const last = invocation && { digest: digestOf(invocation), status: invocation.status };
    const digests = new Set([...events.map(({ digest }) => digest), ...(last ? [last.digest] : [])]);
    if (digests.size <= 1) return [];
    const statuses = [...events.map(({ status }) => status), last?.status].join(', ');
    return [violation('outcome-changed', `${id} was told as ${statuses}.`)];
  });
};

/** A key stands for one completed invocation, and an input that is not its own is refused without effect. */
export const checkKeys: Check = (facts) => {
  const keyed = clientInvocations(facts).filter(({ idempotencyKey }) => idempotencyKey !== null);
  const byKey = groupBy(keyed, ({ name, idempotencyKey }) => `${name} ${idempotencyKey}`);
  return [
    ...[...byKey.values()].flatMap((invocations) => {
      const completed = invocations.filter(({ status }) => status === 'completed');
      if (completed.length <= 1) return [];
      return [violation('key-completed-twice', invocations.map(brief).join('; '))];
    }),
    ...facts.history.flatMap((event) => checkMismatch(event, facts.history, keyed)),
  ];
};

function checkMismatch(event: ClientEvent, history: readonly ClientEvent[], keyed: Invocation[]) {
  if (event.act !== 'mismatch' || event.phase === 'invoke' || event.phase === 'info') return [];
  const { op, key, http, ref } = event;
  if (http === 422) {
    const found = keyed.find((invocation) => refOf(invocation) === ref);
    return found
      ? [violation('mismatch-executed', `${op} got 422 under ${key}, and yet: ${brief(found)}`)]
      : [];
  }
  const before = history.find(
    (other) =>
      other.key === key &&
      other.action === event.action &&
      other.phase === 'ok' &&
      other.at < event.at &&
      other.act !== 'mismatch',
  );
  if (!before) return [];
  return [violation('mismatch-accepted', `${op} had completed under ${key}, and another input got ${http}.`)];
}

/** A request that nothing is wrong with is refused by nobody; under a key that a mismatch has taken, 422 is right. */
export const checkRefusals: Check = ({ history }) => {
  const taken = new Set(history.flatMap(({ act, key }) => (act === 'mismatch' ? [key] : [])));
  const isRight = ({ http, key }: ClientEvent) => http === 422 && taken.has(key);
  return history
    .filter((event) => event.phase === 'refused' && !isRight(event))
    .map(({ op, act, http, detail }) => violation('refused', `${act} of ${op}: ${http} ${detail ?? ''}`));
};

/** Both APIs serve again, with every kind of action, once nothing disturbs them. */
export const checkTail: Check = ({ tail }) =>
  tail
    .filter(({ isOk }) => !isOk)
    .map(({ via, action, detail }) => violation('tail', `After the heal ${action} via ${via}: ${detail}`));

export const checkReplays: Check = ({ replays }) =>
  replays
    .filter(({ id, digest, again }) => again.id !== id || again.digest !== digest || !again.replayed)
    .map(({ id, again }) => violation('replay', `${id} asked for again: ${JSON.stringify(again)}`));
