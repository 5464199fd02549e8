import { DoError } from '../core/errors.ts';
import type { Audit, AuditEntry, Invocation } from '../core/invocation.ts';
import { pause } from '../core/pause.ts';
import type { EventBatches } from './stream.ts';

/** The event after which there is none. */
const END = 'end';
/** Against what asks to connect again at once and then ends at once. */
const LEAST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

interface FollowSource {
  /** Connects; undefined where what answers has no stream. */
  open(lastId: string): Promise<EventBatches | undefined>;
  /** The invocation as it is now. */
  get(): Promise<Invocation>;
  /** By asking again and again. */
  poll(): AsyncIterable<Audit>;
}

/** The audit, and again each time that it has changed; ends after the closed one. Rejects with `WAIT_ABORTED`. */
export async function* followEvents(
  source: FollowSource,
  signal?: AbortSignal,
): AsyncGenerator<Audit, void, undefined> {
  const entries: AuditEntry[] = [];
  for (let lastId = ''; ;) {
    const stream = await source.open(lastId);
    if (!stream) {
      yield* source.poll();
      return;
    }
    for await (const batch of stream.batches()) {
      for (const event of batch) {
        lastId = event.lastId;
        const told = read(event.data);
        if (event.name === END) {
          yield { invocation: told as Invocation, entries };
          return;
        }
        take(entries, told as AuditEntry);
      }
      const invocation = batch.length > 0 ? await source.get() : undefined;
      // Of one that has closed meanwhile the last entries are still to come.
      if (invocation?.status === 'running') yield { invocation, entries: [...entries] };
    }
    const retryMs = Math.min(LONGEST_RETRY_MS, Math.max(LEAST_RETRY_MS, stream.retryMs()));
    await pause(retryMs, signal);
  }
}

function read(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch (cause) {
    throw new DoError(
      'INTERNAL',
      'The stream of an audit has an event that is no JSON: what answers at DO_BASE_URL (or `baseUrl`) is not this API.',
      { cause },
    );
  }
}

/** One that is sent again replaces what was there, and those after it follow under their new numbers. */
function take(entries: AuditEntry[], entry: AuditEntry): void {
  entries.length = Math.min(entries.length, entry.seq - 1);
  entries.push(entry);
}
