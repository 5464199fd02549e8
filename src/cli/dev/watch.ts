import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 250;
const MODULE = /(?<!\.d|\.test|\.spec)\.(ts|mts|js|mjs|json)$/;

/**
 * Calls `onChange` with the names of modules that were written, added or removed. Asked for and not notified of:
 * notifications differ from system to system, miss folders made later, and do not exist on many network drives.
 */
export async function watchModules(
  folder: string,
  signal: AbortSignal,
  onChange: (names: string[]) => void,
): Promise<void> {
  let known = await stamps(folder);
  let before = known;
  while (!signal.aborted) {
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    const now = await stamps(folder);
    const changed = differences(known, now);
    // A checkout writes many files, an editor one in two steps: both are over once nothing changes any more.
    if (!signal.aborted && changed.length > 0 && differences(before, now).length === 0) {
      known = now;
      onChange(changed);
    }
    before = now;
  }
}

type Stamps = Map<string, string>;

async function stamps(folder: string): Promise<Stamps> {
  const names = await readdir(folder, { recursive: true, encoding: 'utf8' }).catch(() => []);
  const found: Stamps = new Map();
  await Promise.all(
    names
      .filter((name) => MODULE.test(name))
      .map(async (name) => {
        const { mtimeMs, size, ino } = await stat(join(folder, name)).catch(() => GONE);
        found.set(name, `${mtimeMs} ${size} ${ino}`);
      }),
  );
  return found;
}

/** Removed between listing and looking; the next look will not list it. */
const GONE = { mtimeMs: 0, size: 0, ino: 0 };

function differences(before: Stamps, now: Stamps): string[] {
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].filter((name) => before.get(name) !== now.get(name)).sort();
}
