import { writeSync } from 'node:fs';
import inspector from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { HEARTBEAT_TIMEOUT_MS } from '../core/envelope.ts';

/** After one heartbeat timeout every attempt of the process is lost; after two, nobody waits for it any more. */
const LIMIT_MS = 2 * HEARTBEAT_TIMEOUT_MS;
const CHECK_MS = 250;

/** Counts the beats of the main thread's event loop; -1 while a debugger may hold it. */
type Beats = Int32Array;

/**
 * Ends the process when a handler blocks its event loop. Such a process hears no signal and sends no heartbeat: its
 * attempts have been given to others, but it would go on acting and could only be killed from outside. A thread
 * watches, since nothing else runs while the main one is blocked.
 */
export function endWhenBlocked(): void {
  const beats: Beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const beat = () => Atomics.store(beats, 0, inspector.url() ? -1 : (beats[0]! + 1) & 0xffff);
  setInterval(beat, CHECK_MS / 2).unref();
  new Worker(fileURLToPath(import.meta.url), { workerData: { beats } }).unref();
}

/** Counts its own checks and not the time: after a SIGSTOP or in a suspended machine both threads have missed the same. */
function watch(beats: Beats): void {
  let last = 0;
  let checksWithoutBeat = 0;
  setInterval(() => {
    const now = Atomics.load(beats, 0);
    checksWithoutBeat = now === last && now !== -1 ? checksWithoutBeat + 1 : 0;
    last = now;
    if (checksWithoutBeat * CHECK_MS < LIMIT_MS) return;
    // process.stderr of a thread is written by the main one.
    writeSync(2, MESSAGE);
    process.kill(process.pid, 'SIGKILL');
  }, CHECK_MS);
}

const MESSAGE = `A handler has blocked the event loop for ${LIMIT_MS / 1000} s, so this worker has lost its attempts and ends; they are retried elsewhere. Let long computations run in a thread or a process of their own.\n`;

const given = isMainThread ? undefined : (workerData as { beats?: Beats } | null)?.beats;
if (given) watch(given);
