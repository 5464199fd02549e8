import type { Fault, Mail } from '../facts.ts';
import type { Check } from './view.ts';
import { brief, groupBy, operationsOf, violation } from './view.ts';

/** From the first acceptance on, an attempt and its record may be lost as long as the attempt could last. */
const ATTEMPT_MS = 35_000;

/** Faults by which the server's final answer, or our record of it, may be lost. */
const EXCUSES = /^(kill|pause|restart|failpoint|network|terminate|stop|drop|ended)/;

export const checkMail: Check = (facts) => {
  const mails = groupBy(facts.mails, ({ ref }) => ref);
  return operationsOf(facts)
    .filter(({ action }) => action === 'email.send')
    .flatMap(({ ref, invocations, completed }) => {
      const found = mails.get(ref) ?? [];
      const ids = new Set(found.map(({ messageId }) => messageId));
      const told = `${ref}: ${invocations.map(brief).join('; ')}; messages: ${[...ids].join(', ') || 'none'}`;
      const { to } = invocations[0]!.input as { to: string };
      return [
        ...(ids.size <= invocations.length
          ? []
          : [violation('mail-id', `More Message-IDs than invocations. ${told}`)]),
        ...completed
          .filter(({ output }) => !ids.has((output as { messageId: string }).messageId))
          .map(() => violation('mail-lost', `Completed, and no such message was accepted. ${told}`)),
        ...(to.startsWith('nobody@') && found.length > 0
          ? [violation('mail-refused', `A recipient was refused, and yet. ${told}`)]
          : []),
      ];
    });
};

/** Of one Message-ID accepted twice, a fault has to be the reason. */
export const checkDuplicates: Check = ({ mails, faults }) =>
  duplicatesOf(mails)
    .filter(([first, second]) => !faults.some((fault) => isBetween(fault, first, second)))
    .map(([first, second]) =>
      violation(
        'mail-doubled',
        `${first.messageId} was accepted twice within ${second.at - first.at} ms, without a fault.`,
      ),
    );

export const duplicatesOf = (mails: readonly Mail[]): [Mail, Mail][] =>
  [...groupBy(mails, ({ messageId }) => messageId).values()].flatMap((same) =>
    same.slice(1).map((second, index): [Mail, Mail] => [same[index]!, second]),
  );

const isBetween = ({ kind, at, until }: Fault, first: Mail, second: Mail): boolean =>
  EXCUSES.test(kind) && until >= first.at - ATTEMPT_MS && at <= second.at;
