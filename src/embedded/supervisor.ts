/** Entry of the supervisor process: `node supervisor.js <data directory>`. It lives as long as somebody holds a lease. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { newSocketPath, prepareLayout, type Layout } from './layout.ts';
import { lockOwner, tryLock } from './lock.ts';

const TAKE_OVER_WITHIN = 20_000;

/** False: another supervisor serves this directory. One that is about to end is waited for. */
async function takeOver(layout: Layout, socket: string): Promise<boolean> {
  const deadline = performance.now() + TAKE_OVER_WITHIN;
  while (!tryLock(layout.lock, socket)) {
    const owner = lockOwner(layout.lock);
    if (owner && (await listens(owner.socket))) return false;
    if (owner && performance.now() > deadline) {
      throw new Error(`Process ${owner.pid} holds the lock of ${layout.root} but does not listen; end it.`);
    }
    await delay(25);
  }
  return true;
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => resolve(true));
    probe.once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
}

async function main(dataDir: string | undefined): Promise<void> {
  if (!dataDir) throw new Error('Usage: node supervisor.js <data directory>');
  process.umask(0o077);
  const layout = prepareLayout(dataDir);
  const socket = newSocketPath(layout);
  if (!(await takeOver(layout, socket))) return;
  // Loaded late: of ten supervisors started at once, nine end before this line.
  const { supervise } = await import('./supervise.ts');
  await supervise(layout, socket);
}

main(process.argv[2]).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(new Date().toISOString(), error);
    process.exit(1);
  },
);
