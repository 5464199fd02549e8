/**
 * A thread of an attempt's process: it works on when the handler blocks the event loop. The attempt must not outlive
 * its worker, or it would act after Temporal has given it to another one.
 */
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { LIFELINE_FD, SILENCE_MS } from './messages.ts';
import { killMembers } from './process-group.ts';

export interface WatchData {
  marker: string;
  memoryMiB: number;
  longestMs: number;
}

const CHECK_MS = 50;
const MIB = 2 ** 20;
const { marker, memoryMiB, longestMs } = workerData as WatchData;
const startedAt = performance.now();
let heardAt = startedAt;

function endAll(): void {
  // By itself the group would not take those along that have left it.
  killMembers({ pid: process.pid, marker }, process.pid);
  process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL');
}

const lifeline = new Socket({ fd: LIFELINE_FD });
lifeline.on('data', () => (heardAt = performance.now()));
lifeline.on('end', endAll).on('error', endAll).on('close', endAll);

setInterval(() => {
  const now = performance.now();
  if (now - heardAt > SILENCE_MS || now - startedAt > longestMs) endAll();
  const usedMiB = Math.ceil(process.memoryUsage.rss() / MIB);
  if (usedMiB > memoryMiB) lifeline.write(`${usedMiB}\n`);
}, CHECK_MS);

parentPort!.postMessage('watching');
