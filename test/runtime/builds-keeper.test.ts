import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptBuilds, markUsed } from '../../src/runtime/builds.ts';
import type { BuildKeeperOptions } from '../../src/runtime/builds-keeper.ts';
import { BuildKeeper } from '../../src/runtime/builds-keeper.ts';
import { tempDir } from './temp-dir.ts';

const DAY = 24 * 60 * 60 * 1000;
const ID = {
  current: 'aaaaaaaaaaaaaaaa',
  open: 'bbbbbbbbbbbbbbbb',
  old: 'cccccccccccccccc',
  fresh: 'dddddddddddddddd',
};

function start(ages: Partial<Record<keyof typeof ID, number>>) {
  const dataDir = tempDir();
  const folder = join(dataDir, 'builds');
  mkdirSync(folder);
  const now = Date.now();
  for (const [name, age] of Object.entries(ages)) {
    const stem = join(folder, ID[name as keyof typeof ID]);
    for (const part of ['.js', '.json', '.md']) writeFileSync(stem + part, '');
    utimesSync(`${stem}.js`, new Date(now - age), new Date(now - age));
  }
  const openRuns = new Map<string, number>();
  const served = new Set<string>();
  const broken = new Set<string>();
  const problems: string[] = [];
  const count = ({ query }: { query: string }) => {
    const id = /TaskQueue = "shop\/build\/(\w+)"/.exec(query)![1]!;
    return Promise.resolve({ count: openRuns.get(id) ?? 0 });
  };
  const connection = { withDeadline: (_: number, work: () => unknown) => work() };
  const service = { countWorkflowExecutions: count };
  const keeper = new BuildKeeper({
    temporal: { connection, service, namespace: 'default' } as unknown as BuildKeeperOptions['temporal'],
    project: { name: 'shop', dataDir },
    pool: {
      serveBuild: ({ id }) =>
        broken.has(id) ? Promise.reject(new Error('not a bundle')) : Promise.resolve(void served.add(id)),
      retireBuild: async (id) => void served.delete(id),
    },
    current: () => ID.current,
    onProblem: (message) => problems.push(message),
  });
  return {
    keeper,
    openRuns,
    served,
    broken,
    problems,
    folder,
    ids: () => keptBuilds(folder).map(({ id }) => id),
  };
}

test('a build is served as long as one of its runs is open, and not a moment longer', async () => {
  const { keeper, openRuns, served, ids } = start({ current: 0, open: 10 * DAY, fresh: 1000 });
  openRuns.set(ID.open, 1);
  await keeper.round();
  expect([...served]).toEqual([ID.open]);
  expect(ids()).toContain(ID.open);
  openRuns.clear();
  await keeper.round();
  expect([...served]).toEqual([]);
});

test('a build that nobody needs is removed with all its parts a day after it was used last', async () => {
  const { keeper, ids, folder } = start({ current: 0, old: DAY + 60_000, fresh: DAY - 60_000 });
  await keeper.round();
  expect(ids()).toEqual([ID.current, ID.fresh]);
  for (const part of ['.js', '.json', '.md']) expect(existsSync(join(folder, ID.old + part))).toBe(false);
});

test('the current build stays, however old its file is, and so does the one that was used last', async () => {
  const { keeper, ids, folder } = start({ current: 5 * DAY, old: 3 * DAY });
  await keeper.round();
  // Marked by the first round, it is the one used last.
  expect(ids()).toEqual([ID.current, ID.old]);
  expect(keptBuilds(folder)[0]!.usedAt).toBeGreaterThan(Date.now() - 60_000);
  await keeper.round();
  expect(ids()).toEqual([ID.current]);
});

test('a build that cannot be served is told once, and the others are served all the same', async () => {
  const { keeper, openRuns, served, broken, problems } = start({ fresh: 1000, open: 2000 });
  for (const id of [ID.fresh, ID.open]) openRuns.set(id, 1);
  broken.add(ID.fresh);
  await keeper.round();
  await keeper.round();
  expect([...served]).toEqual([ID.open]);
  expect(problems).toEqual([expect.stringContaining('not a bundle')]);
});

test('a folder that is not there holds no builds, and a build that is gone cannot be marked', () => {
  expect(keptBuilds('/nowhere/builds')).toEqual([]);
  expect(() => markUsed('/nowhere/builds/x.js')).not.toThrow();
});
