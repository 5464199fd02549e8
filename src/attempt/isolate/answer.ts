import { toFailure } from '../../core/failure.ts';
import type { AttemptHost } from '../host.ts';
import type { FromChild, Question, ToChild } from './messages.ts';

/** What an attempt in another process needs: a store cannot be handed over, its URL can. */
export interface IsolatedHost extends AttemptHost {
  /** Asked for by the first that needs the store. */
  databaseUrl: () => Promise<string>;
}

export async function answer(
  { id, question }: Extract<FromChild, { type: 'question' }>,
  host: IsolatedHost,
): Promise<ToChild> {
  try {
    return { type: 'answer', id, value: await valueOf(question, host) };
  } catch (error) {
    return { type: 'refusal', id, failure: toFailure(error) };
  }
}

const valueOf = (question: Question, host: IsolatedHost): Promise<unknown> =>
  question.about === 'store' ? host.databaseUrl() : host.stage(question.request);
