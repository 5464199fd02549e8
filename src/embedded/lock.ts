/*
 * One supervisor per data directory. Node has no flock, and a single lock file cannot be taken over safely: of two
 * processes that find it stale, the slower one would remove the lock that the faster one has just made.
 * So each lock is a file of its own with a rising number, made by link(2), which only one process can win. The highest
 * number counts, and it is free when its owner no longer lives. It is never removed by its owner, only by the next one.
 */
import { linkSync, readdirSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writeDurably } from './json-file.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.ts';

export interface LockOwner extends ProcessIdentity {
  socket: string;
}

/** The living supervisor of this directory, if there is one. */
export function lockOwner(dir: string): LockOwner | undefined {
  const top = generations(dir).at(-1);
  return top === undefined ? undefined : livingOwner(dir, top);
}

/** True: this process is the supervisor until it ends. */
export function tryLock(dir: string, socket: string): boolean {
  const self = identityOf(process.pid);
  if (!self)
    throw new Error(`The start time of process ${process.pid} cannot be read (/proc, ps or powershell).`);
  for (;;) {
    const top = generations(dir).at(-1) ?? 0;
    if (top > 0 && livingOwner(dir, top)) return false;
    const mine = top + 1;
    if (!claim(dir, mine, { ...self, socket })) continue;
    const all = generations(dir);
    if (all.at(-1) === mine) {
      removeOld(dir, mine);
      return true;
    }
    // The first listing overlapped with the clean-up of a newer owner and saw neither its file nor the older ones.
    rmSync(fileOf(dir, mine), { force: true });
  }
}

const fileOf = (dir: string, generation: number) => join(dir, `${generation}.json`);

function generations(dir: string): number[] {
  return readdirSync(dir)
    .flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function livingOwner(dir: string, generation: number): LockOwner | undefined {
  const { pid, started, socket } = readJson(fileOf(dir, generation)) ?? {};
  if (typeof pid !== 'number' || typeof started !== 'string' || typeof socket !== 'string') return undefined;
  return isAlive({ pid, started }) ? { pid, started, socket } : undefined;
}

function claim(dir: string, generation: number, owner: LockOwner): boolean {
  const candidate = join(dir, `.candidate-${process.pid}-${randomBytes(4).toString('hex')}`);
  writeDurably(candidate, owner);
  try {
    linkSync(candidate, fileOf(dir, generation));
    return true;
  } catch (error) {
    // EEXIST: somebody was faster. ENOENT: the clean-up of a new owner took our candidate.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  } finally {
    rmSync(candidate, { force: true });
  }
}

/** Older locks, candidates and sockets of processes that were killed. */
function removeOld(dir: string, mine: number): void {
  for (const name of readdirSync(dir)) {
    if (name !== `${mine}.json`) rmSync(join(dir, name), { force: true });
  }
}
