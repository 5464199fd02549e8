import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import type { DoError } from '../../core/errors.ts';
import type { AuditEntry, Invocation } from '../../core/invocation.ts';
import { pause } from '../../core/pause.ts';
import type { Reply } from '../../remote/reply.ts';
import { lost, readReply } from '../../remote/reply.ts';
import type { RemoteSettings } from '../../remote/settings.ts';
import { Silence } from './silence.ts';

export interface Follower {
  /** Of one number the last that was told holds. */
  onEntry: (entry: AuditEntry) => void;
  onEnd: (invocation: Invocation) => void;
  /** Why nothing new can be told for now; undefined once it can again. */
  onGap: (error: DoError | undefined) => void;
}

interface Following {
  id: string;
  follower: Follower;
  signal: AbortSignal;
}

/** What outlasts a connection. */
interface Progress {
  lastId: string | undefined;
  isEnded: boolean;
  pauseMs: number;
}

interface Failure {
  error: DoError;
  /** The next connection would be refused with it too. */
  isFinal: boolean;
}

const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * The entries of an audit as they come, over as many connections as it takes. Not by the browser's `EventSource`, which
 * can send a key only in the address.
 */
export async function follow(settings: RemoteSettings, following: Following): Promise<void> {
  const { follower, signal } = following;
  const progress: Progress = { lastId: undefined, isEnded: false, pauseMs: SHORTEST_PAUSE_MS };
  for (;;) {
    const failure = await connect(settings, following, progress);
    if (progress.isEnded || signal.aborted) return;
    if (failure?.isFinal) throw failure.error;
    if (failure) follower.onGap(failure.error);
    await pause(progress.pauseMs, signal).catch(() => undefined);
    progress.pauseMs = Math.min(progress.pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function connect(
  { baseUrl, apiKey }: RemoteSettings,
  { id, follower, signal }: Following,
  progress: Progress,
): Promise<Failure | undefined> {
  const silence = new Silence(signal);
  const url = `${baseUrl}/v1/invocations/${encodeURIComponent(id)}/audit`;
  const { lastId } = progress;
  try {
    const response = await fetch(url, {
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${apiKey}`,
        ...(lastId !== undefined && { 'Last-Event-ID': lastId }),
      },
      redirect: 'error',
      signal: silence.signal,
    });
    if (!response.ok || !response.body) return failureOf(await readReply(response, url));
    for await (const event of eventsIn(response.body, () => silence.broken()))
      tell(event, follower, progress);
    return undefined;
  } catch (error) {
    return failureOf(lost(error, baseUrl));
  } finally {
    silence.end();
  }
}

function failureOf(reply: Reply): Failure | undefined {
  if (reply.ok) return undefined;
  return { error: reply.error, isFinal: reply.kind === 'final' && reply.error.code !== 'RATE_LIMITED' };
}

async function* eventsIn(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onHeard: () => void,
): AsyncGenerator<EventSourceMessage, void, undefined> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onHeard();
    parser.feed(value);
    yield* events.splice(0);
  }
}

function tell({ id, event, data }: EventSourceMessage, follower: Follower, progress: Progress): void {
  progress.lastId = id;
  progress.pauseMs = SHORTEST_PAUSE_MS;
  follower.onGap(undefined);
  progress.isEnded = event === 'end';
  if (event === 'end') follower.onEnd(JSON.parse(data) as Invocation);
  else follower.onEntry(JSON.parse(data) as AuditEntry);
}
