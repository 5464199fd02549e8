import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ProcessOptions } from './messages.ts';
import { MARKER } from './messages.ts';

/** Beside dist/ and beside src/ the path is the same; the process runs what is built, as plain Node does. */
const CHILD = fileURLToPath(new URL('../../../dist/attempt/isolate/child.js', import.meta.url));

/** How modules are found and read has to be as in the worker; what debugs or profiles the worker is its own. */
const WITH_VALUE = /^(--(import|require|loader|experimental-loader|conditions)|-[rC])$/;
const ALONE =
  /^--((import|require|loader|experimental-loader|conditions)=.*|enable-source-maps|preserve-symlinks|experimental-(strip|transform)-types)$/s;

/** The rest of the memory is for what is not on the heap: Node itself, buffers, the young generation. */
const HEAP_SHARE = 0.75;

export function spawnAttempt(options: ProcessOptions, marker: string): ChildProcess {
  const heapMiB = Math.floor(options.memoryMiB * HEAP_SHARE);
  const flags = [...moduleFlags(process.execArgv), `--max-old-space-size=${heapMiB}`];
  return spawn(process.execPath, [...flags, CHILD, JSON.stringify(options)], {
    // A session and group of its own, by which it is ended with all it has started.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    env: { ...cleanEnvironment(process.env), [MARKER]: marker },
    windowsHide: true,
  });
}

export function moduleFlags(flags: readonly string[]): string[] {
  return flags.flatMap((flag, at) => {
    if (ALONE.test(flag)) return [flag];
    return WITH_VALUE.test(flag) && flags[at + 1] !== undefined ? [flag, flags[at + 1]!] : [];
  });
}

/** The channel to the worker's own parent, by which Node would take this process for another child of it. */
const NOT_ITS_OWN = ['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'NODE_UNIQUE_ID'];

/** A handler needs the worker's settings; the port of the worker's debugger is taken. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_ITS_OWN.includes(name)));
  const { NODE_OPTIONS } = clean;
  if (NODE_OPTIONS === undefined) return clean;
  return { ...clean, NODE_OPTIONS: NODE_OPTIONS.replace(/(^|\s)--inspect\S*/g, '').trim() };
}
