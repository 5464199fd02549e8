import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DoError } from '../../src/core/errors.ts';
import { followAudit } from '../../src/core/follow.ts';
import type { Audit, InvocationStatus } from '../../src/core/invocation.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const audit = (status: InvocationStatus): Audit =>
  ({ invocation: { status }, entries: [] }) as unknown as Audit;

/** Marks and audits as a test says; the last of each stays. */
function recorded(marks: (string | DoError)[], statuses: InvocationStatus[]) {
  const asked = { mark: 0, read: 0 };
  return {
    asked,
    mark: async () => {
      const mark = marks[Math.min(asked.mark++, marks.length - 1)]!;
      if (mark instanceof DoError) throw mark;
      return mark;
    },
    read: async () => audit(statuses[Math.min(asked.read++, statuses.length - 1)]!),
  };
}

async function collect(audits: AsyncIterable<Audit>): Promise<InvocationStatus[]> {
  const seen: InvocationStatus[] = [];
  for await (const { invocation } of audits) seen.push(invocation.status);
  return seen;
}

test('an audit is read again only when it has changed, and the closed one is the last', async () => {
  const record = recorded(['a', 'a', 'a', 'b'], ['running', 'completed']);
  const seen = collect(followAudit(record));
  await vi.runAllTimersAsync();
  expect(await seen).toEqual(['running', 'completed']);
  expect(record.asked).toEqual({ mark: 4, read: 2 });
});

test('a closed invocation is read once', async () => {
  const record = recorded(['a'], ['failed']);
  expect(await collect(followAudit(record))).toEqual(['failed']);
});

test('whoever is silent for long is asked every two seconds', async () => {
  const end = new AbortController();
  const record = recorded(['a'], ['running']);
  const seen = collect(followAudit(record, end.signal));
  await vi.advanceTimersByTimeAsync(60_000);
  const before = record.asked.mark;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(record.asked.mark - before).toBe(10);
  end.abort();
  await expect(seen).rejects.toMatchObject({ code: 'WAIT_ABORTED' });
});

test('an outage of Temporal is waited out, up to a minute', async () => {
  const outage = new DoError('TEMPORAL_UNAVAILABLE', 'Down.');
  const short = collect(followAudit(recorded([outage, outage, 'a'], ['completed'])));
  const long = collect(followAudit(recorded([outage], ['running'])));
  const refused = expect(long).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
  await vi.runAllTimersAsync();
  expect(await short).toEqual(['completed']);
  await refused;
});
