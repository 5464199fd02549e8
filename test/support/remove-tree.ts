import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const WITHIN_MS = 20_000;

/**
 * Removes a folder in which embedded servers may just be ending. The retries of `rm` itself do not look again for what was
 * written after it had listed the folder.
 */
export async function removeTree(folder: string): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    try {
      return await rm(folder, { recursive: true, force: true });
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(100);
    }
  }
}
