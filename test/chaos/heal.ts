import { setTimeout as delay } from 'node:timers/promises';
import { listAll, stillOpen } from './collect.ts';
import type { Door } from './client/door.ts';
import type { Tail } from './facts.ts';
import type { System } from './system.ts';

const DRAIN_MS = 120_000;
interface Drain {
  /** What the platform does about terminated invocations may only begin a while later. */
  calmMs: number;
  say: (text: string) => void;
  stop: AbortSignal;
}

/** Waits until nothing has been running for a while; what still runs after the limit is for the checker to name. */
export async function drain(system: System, { calmMs, say, stop }: Drain): Promise<void> {
  const deadline = performance.now() + DRAIN_MS;
  let calmSince = performance.now();
  while (performance.now() < deadline && !stop.aborted) {
    const running = new Set([...(await stillOpen(system)), ...(await runningIds(system))]);
    if (running.size > 0) {
      say(`${running.size} still running`);
      calmSince = performance.now();
    }
    if (performance.now() - calmSince > calmMs) return;
    await delay(1_000);
  }
}

const runningIds = async (system: System): Promise<string[]> =>
  (await listAll(system, '&status=running')).map(({ id }) => id);

const ROUNDS = 2;
const TAIL_MS = 20_000;

/** Fresh invocations of everything, through each API, with nothing in their way. */
export async function tail(system: System, doors: readonly Door[]): Promise<Tail[]> {
  const [richest, other] = await system.query<{ id: number }>(
    'select id from accounts order by balance desc',
  );
  const transfer = { from: richest!.id, to: other!.id, amount: 1 };
  const inputs: [string, (ref: string) => Record<string, unknown>][] = [
    ['bank.transfer', (ref) => ({ ref, ...transfer, note: true })],
    ['bank.pay', (ref) => ({ ref, ...transfer })],
    ['hold.place', (ref) => ({ ref })],
    ['email.send', (ref) => ({ to: 'somebody@example.com', subject: ref, body: 'The last ones.' })],
  ];
  const asked: Promise<Tail>[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    for (const door of doors) {
      for (const [action, input] of inputs) {
        const ref = `tail-${round}-${door.via}-${action}`;
        asked.push(askLast(door, action, ref, input(ref)));
      }
    }
  }
  return await Promise.all(asked);
}

async function askLast(door: Door, action: string, ref: string, input: unknown): Promise<Tail> {
  const { phase, http, invocation } = await door.ask({
    about: { op: ref, action, key: ref, act: 'invoke' },
    method: 'POST',
    path: `/v1/actions/${action}/invoke`,
    input,
    headers: { 'idempotency-key': ref, prefer: 'wait=15' },
    giveUpMs: TAIL_MS,
  });
  const detail = `${phase} ${http ?? ''} ${invocation?.error?.message ?? ''}`;
  return { via: door.via, action, isOk: phase === 'ok', detail };
}
