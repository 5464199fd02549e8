import type { ApprovalAnswer, ApprovalRequest } from '../core/approval.ts';
import { APPROVALS_KEY, APPROVE } from '../core/approval.ts';
import { STATE_KEY } from '../core/envelope.ts';
import { readError } from './failure.ts';
import type { HistoryEvent, Reading } from './history.ts';
import { fieldOf } from './memo.ts';
import type { Row } from './row.ts';
import { listOf, toldMemo } from './told.ts';

/** What goes between one run of a workflow and the people around it: signals, questions, decisions, what it tells. */
export class Messages {
  readonly #reading: Reading;
  /** The requests that are known, by their digests. */
  #known = new Map<string, ApprovalRequest['state']>();
  readonly #answers = new Map<string, ApprovalAnswer>();

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  read(event: HistoryEvent): Row[] {
    const signal = event.workflowExecutionSignaledEventAttributes;
    if (signal) {
      const input = this.#reading.decode(signal.input)[0] ?? null;
      return [{ type: 'signal.received', name: signal.signalName ?? '', input, by: signal.identity ?? '' }];
    }
    const memo = toldMemo(event);
    if (memo) {
      const requests = listOf(fieldOf(memo, APPROVALS_KEY, this.#reading));
      const isCarried = Boolean(event.workflowExecutionStartedEventAttributes);
      const changes = this.#readRequests(requests);
      const state = fieldOf(memo, STATE_KEY, this.#reading);
      const told: Row[] = state === undefined ? [] : [{ type: 'state.changed', output: state }];
      return isCarried ? [] : [...told, ...changes];
    }
    return this.#readAnswer(event);
  }

  #readRequests(requests: readonly ApprovalRequest[]): Row[] {
    return requests.flatMap(({ name, digest, subject, approvers, expiresAt, state }) => {
      const before = this.#known.get(digest);
      this.#known.set(digest, state);
      if (before === undefined) {
        const limits = { ...(approvers && { approvers }), ...(expiresAt !== null && { expiresAt }) };
        return [{ type: 'approval.requested', name, digest, input: subject, ...limits }];
      }
      // A decision has an entry of its own, with who made it.
      return state === 'expired' && before === 'open' ? [{ type: 'approval.expired', name, digest }] : [];
    });
  }

  #readAnswer(event: HistoryEvent): Row[] {
    const asked = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
    if (asked?.name === APPROVE) {
      const [answer] = this.#reading.decode(asked.args) as [ApprovalAnswer];
      this.#answers.set(String(event.eventId), answer);
    }
    const completed = event.workflowExecutionUpdateCompletedEventAttributes;
    const answer = completed && this.#answers.get(String(completed.acceptedEventId));
    if (!answer) return [];
    const { name, digest, approved, by, reason, data } = answer;
    const what = { name, digest, approved, by, ...(typeof reason === 'string' && { reason }) };
    const { failure } = completed.outcome ?? {};
    if (!failure) return [{ type: 'approval.decided', ...what, output: data ?? null }];
    const { code, type, message } = readError(failure, this.#reading);
    return [{ type: 'approval.refused', ...what, error: { code, type, message } }];
  }
}
