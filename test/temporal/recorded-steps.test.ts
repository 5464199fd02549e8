import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../src/audit/index.ts';
import { HANDED_BACK, MEMO_KEY } from '../../src/core/envelope.ts';
import type { Safety } from '../../src/core/safety.ts';
import { resolvePolicy } from '../../src/core/policy.ts';
import { toPayload, toPayloads } from '../../src/temporal/payloads.ts';
import { keyOf, readSteps } from '../../src/temporal/recorded-steps.ts';
import { unsettledOf } from '../../src/temporal/unsettled-steps.ts';

const compensated: Safety = { compensate: { policy: resolvePolicy() } };
const transactional: Safety = { transactional: true };

/** A record, written as it happens. */
class Story {
  readonly events: HistoryEvent[] = [];
  #seq = 0;

  #add(event: object): number {
    return this.events.push({ eventId: this.events.length + 1, ...event } as unknown as HistoryEvent);
  }

  begin(
    path: string,
    safety: Safety | undefined,
    { attempt = 1, suffix = '', compensates = false } = {},
  ): number {
    const step = { path, seq: path.endsWith('/1') ? ++this.#seq : this.#seq, ...(safety && { safety }) };
    const back = { attempt, output: null, error: { code: 'X', type: 'X', message: '' } };
    const meta = {
      attempt,
      token: `t/${path}`,
      version: '1',
      step,
      ...(compensates && { compensates: back }),
    };
    const activityType = { name: path.split('/')[0]! + suffix };
    return this.#add({ activityTaskScheduledEventAttributes: { activityType, input: toPayloads({}, meta) } });
  }

  complete(scheduledEventId: number, result: unknown = null): void {
    this.#add({ activityTaskCompletedEventAttributes: { scheduledEventId, result: toPayloads(result) } });
  }

  fail(scheduledEventId: number, type = 'Error'): void {
    const failure = { applicationFailureInfo: { type } };
    this.#add({ activityTaskFailedEventAttributes: { scheduledEventId, failure } });
  }

  /** A workflow, by the path of its step; what becomes of it is told by the second. */
  call(path: string, end?: 'Completed' | 'Failed' | 'Canceled'): void {
    const step = { path, seq: ++this.#seq };
    const memo = {
      fields: { [MEMO_KEY]: toPayload({ kind: 'workflow', version: '1', caller: 'local', step }) },
    };
    const initiated = { workflowType: { name: path.split('/')[0]! }, workflowId: `id of ${path}`, memo };
    const initiatedEventId = this.#add({ startChildWorkflowExecutionInitiatedEventAttributes: initiated });
    if (end) this.#add({ [`childWorkflowExecution${end}EventAttributes`]: { initiatedEventId } });
  }

  takeBack(path: string, attempt = 1): number {
    return this.begin(path, compensated, { attempt, suffix: ':compensate', compensates: true });
  }

  left = (settled: ReadonlySet<string> = new Set()): string[] =>
    unsettledOf(readSteps([this.events]), settled).map(({ mark, state }) => `${mark.path} ${state}`);
}

describe('what a record leaves to settle', () => {
  test('are the open steps, and then the completed ones, the last completed first', () => {
    const story = new Story();
    const [a, b] = [story.begin('a/1', compensated), story.begin('b/1', compensated)];
    story.begin('c/1', compensated);
    story.complete(b);
    story.complete(a);
    expect(story.left()).toEqual(['c/1 open', 'a/1 completed', 'b/1 completed']);
  });

  test('is nothing of a step whose last attempt was taken back, and its next attempt again', () => {
    const story = new Story();
    story.fail(story.begin('a/1', compensated));
    expect(story.left()).toEqual(['a/1 open']);
    story.complete(story.takeBack('a/1'));
    expect(story.left()).toEqual([]);
    story.begin('a/1', compensated, { attempt: 2 });
    expect(story.left()).toEqual(['a/1 open']);
  });

  test('is a step whose compensation failed, unless a later try to settle it has taken it back', () => {
    const story = new Story();
    story.complete(story.begin('a/1', compensated));
    story.fail(story.takeBack('a/1'));
    expect(story.left()).toEqual(['a/1 completed']);
    expect(story.left(new Set([keyOf('a/1', 1, 'taken-back')]))).toEqual([]);
  });

  test('is nothing of an attempt that was handed back unrun', () => {
    const story = new Story();
    story.fail(story.begin('a/1', compensated), HANDED_BACK);
    expect(story.left()).toEqual([]);
  });

  test('is a transactional step until it is sealed or has completed', () => {
    const story = new Story();
    story.begin('a/1', transactional);
    story.complete(story.begin('b/1', transactional));
    expect(story.left()).toEqual(['a/1 open']);
    story.complete(story.begin('a/1', transactional, { suffix: ':seal' }), { status: 'sealed' });
    expect(story.left()).toEqual([]);
  });

  test('is what a completed step had enqueued and nobody has started', () => {
    const story = new Story();
    const enqueued = [{ name: 'x', workflowId: 'x/1' }];
    story.complete(story.begin('a/1', undefined), { 'do.report': 1, output: null, enqueued });
    expect(story.left()).toEqual(['a/1 completed']);
    const started: HistoryEvent = {
      startChildWorkflowExecutionInitiatedEventAttributes: { workflowId: 'x/1' },
    };
    story.events.push(started);
    expect(story.left()).toEqual([]);
  });

  test('is a workflow that was called and completed, or may yet; one that did not settles itself', () => {
    const story = new Story();
    story.complete(story.begin('a/1', compensated));
    story.call('b/1', 'Completed');
    story.call('c/1', 'Failed');
    story.call('d/1', 'Canceled');
    story.call('e/1');
    expect(story.left()).toEqual(['e/1 open', 'b/1 completed', 'a/1 completed']);
    story.complete(story.takeBack('b/1'));
    story.fail(story.takeBack('a/1'));
    expect(story.left()).toEqual(['e/1 open', 'a/1 completed']);
  });

  test('is nothing of a step without anything to settle', () => {
    const story = new Story();
    story.begin('a/1', undefined);
    expect(story.left()).toEqual([]);
  });
});
