import type { Facts, Violation } from '../facts.ts';
import { checkAttempts } from './attempts.ts';
import { checkBalances, checkLedger, checkNotes, checkSnapshots } from './bank.ts';
import {
  checkAcknowledged,
  checkKeys,
  checkOutcomes,
  checkRefusals,
  checkReplays,
  checkTail,
} from './history.ts';
import { checkHolds, checkTokens } from './holds.ts';
import { checkDuplicates, checkMail } from './mail.ts';
import type { Check } from './view.ts';

const CHECKS: readonly Check[] = [
  checkSnapshots,
  checkBalances,
  checkLedger,
  checkNotes,
  checkAcknowledged,
  checkOutcomes,
  checkKeys,
  checkRefusals,
  checkReplays,
  checkTail,
  checkHolds,
  checkTokens,
  checkMail,
  checkDuplicates,
  checkAttempts,
];

/** Everything in the facts that must not be. Pure: it asks nobody and changes nothing. */
export const check = (facts: Facts): Violation[] => CHECKS.flatMap((one) => one(facts));
