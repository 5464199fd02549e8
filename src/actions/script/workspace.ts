import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'do-script-';

/** No attempt lasts as long, so nobody works in an older folder: what made it was killed. */
const ABANDONED_MS = 3_600_000;

/** Runs `work` in a new, empty folder that nobody else can read, and removes it with all that is in it. */
export async function withWorkspace<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  try {
    return await work(folder);
  } finally {
    await remove(folder);
  }
}

async function removeAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    const made = await lstat(folder).catch(() => undefined);
    // Not the time of modification: unpacking an archive into a folder sets that back by years.
    const isOld = made !== undefined && Date.now() - made.ctimeMs > ABANDONED_MS;
    if (isOld && made.uid === process.getuid?.()) await remove(folder);
  }
}

/** What cannot be removed must not turn what the program did into a failure. */
const remove = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
