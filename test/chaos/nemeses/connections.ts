import { setTimeout as delay } from 'node:timers/promises';
import type { LinkMode } from '../fixtures/link.ts';
import { failpointSwitch } from '../parts/programs.ts';
import { rmSync, writeFileSync } from 'node:fs';
import type { Nemesis } from './nemesis.ts';
import { isOver, pause } from './nemesis.ts';

/** Short enough that something gets through between two, and that a client which waits is met by several. */
const TROUBLE_MS = { least: 500, most: 4_000 };
const MOST_LINKS = 3;

/** Some links at a time, for a while, then others. */
const troubling =
  (mode: Exclude<LinkMode, 'normal'>): Nemesis =>
  async (world) => {
    const { system, faults, random } = world;
    while (!isOver(world)) {
      const links = random.shuffle(system.network.names).slice(0, random.int(1, MOST_LINKS));
      const before = await Promise.all(links.map((link) => system.network.set(link, mode)));
      const at = Date.now();
      await delay(random.int(TROUBLE_MS.least, TROUBLE_MS.most));
      const after = await Promise.all(links.map((link) => system.network.set(link, 'normal')));
      links.forEach((link, index) => {
        // Where nothing was sent meanwhile, nothing was harmed.
        if (after[index]! > before[index]! || mode === 'cut') {
          faults.all.push({ kind: `network-${mode}`, target: link, at, until: Date.now() });
        }
      });
      await delay(200);
    }
  };

export const cutLinks = troubling('cut');
export const delayLinks = troubling('delay');
export const blackholeLinks = troubling('blackhole');
export const swallowReplies = troubling('swallow');

/** Every now and then a connection of the platform is ended by Postgres itself. */
export const dropBackends: Nemesis = async (world) => {
  const { system, faults, random } = world;
  while (!isOver(world)) {
    const ended = await system
      .query<{ pid: number }>(
        `select pid, pg_terminate_backend(pid) from pg_stat_activity
         where backend_type = 'client backend' and pid <> pg_backend_pid() order by random() limit 2`,
      )
      .catch(() => []);
    if (ended.length > 0) faults.add('drop-backend', 'postgres');
    await delay(random.int(200, 800));
  }
};

/** Workers end or stall at the named places of the package, between one step and the next. */
export const failpoints: Nemesis = async (world) => {
  const file = failpointSwitch(world.system.root);
  writeFileSync(file, '');
  await pause(world, Math.max(0, world.until - performance.now()));
  rmSync(file, { force: true });
};
