import { createHash } from 'node:crypto';
import type { Run } from './pool.ts';
import type { Store } from './store.ts';
import { lockKeyOf } from './token-lock.ts';

/** Whose slots they are: those of an action, or of one value of its key. */
export interface SlotScope {
  /** The action's task queue, which names project and action. */
  queue: string;
  /** Empty where one limit holds for all. */
  key: string;
}

export interface SlotRequest extends SlotScope {
  /** The same however often one attempt asks; no other attempt has it. */
  id: string;
  /** Names the process. */
  owner: string;
  limit: number;
  /** Of those who wait, who goes first: 1 before 5. */
  priority: number;
}

export type SlotAnswer =
  | { state: 'held' }
  /** `ahead`: how many of those who wait go before it. */
  | { state: 'busy'; ahead: number };

/** A process that does not say in this time that it goes on is taken for dead. */
export const SLOT_LEASE_MS = 10_000;
/** Who waits asks again well within this time; else the slot goes to the next, and it keeps its place. */
const PRESENT_MS = 500;
/** Who waits has its place for so long; a worker gives an attempt back for less. */
const PLACE_MS = 120_000;

/** A key is the user's, and an index takes no more than 2,700 bytes. */
const LONGEST_KEY = 200;
const shortened = (key: string): string =>
  key.length <= LONGEST_KEY ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`;

/** What is lost in a crash of the database is a place among those who wait, so it need not be on disk. */
const BEGIN = (scope: SlotScope): string =>
  `begin isolation level read committed; set local synchronous_commit = off; select pg_advisory_xact_lock(${lockKeyOf(`slots:${scope.queue}/${scope.key}`)})`;

/** A lease that has run out counts no more, whether or not its row is still there. */
const ASK = `
  with me as (
    insert into do_sdk.slots (id, queue, key, owner, priority, held, present_until, expires_at)
    values ($1, $2, $3, $4, $7, false, clock_timestamp() + $5 * interval '1 ms', clock_timestamp() + $6 * interval '1 ms')
    on conflict (id) do update set
      held = slots.held and slots.expires_at > clock_timestamp(), present_until = excluded.present_until,
      owner = case when slots.held and slots.expires_at > clock_timestamp() then slots.owner else excluded.owner end,
      expires_at = case when slots.held and slots.expires_at > clock_timestamp() then slots.expires_at else excluded.expires_at end
    returning priority, ticket, held, owner
  )
  select me.held and me.owner = $4 as is_mine, me.held as is_held,
         count(other.id) filter (where other.held)::int as taken,
         count(other.id) filter (where not other.held and (other.priority, other.ticket) < (me.priority, me.ticket))::int as ahead,
         count(other.id) filter (where not other.held and (other.priority, other.ticket) < (me.priority, me.ticket)
                                   and other.present_until > clock_timestamp())::int as present
    from me left join do_sdk.slots other
      on other.queue = $2 and other.key = $3 and other.id <> $1 and other.expires_at > clock_timestamp()
   group by me.priority, me.ticket, me.held, me.owner`;

const HOLD = `update do_sdk.slots set held = true, owner = $2, expires_at = clock_timestamp() + $3 * interval '1 ms' where id = $1`;

interface Asked {
  is_mine: boolean;
  is_held: boolean;
  taken: number;
  ahead: number;
  present: number;
}

/**
 * Gives a slot to the most urgent of those who are asking now, and of them to whoever asked first. One decision at a time for each scope: two that count
 * at once would both find the last slot free.
 */
export async function takeSlot(store: Store, request: SlotRequest, ms: number): Promise<SlotAnswer> {
  const { id, queue, owner, limit } = request;
  const key = shortened(request.key);
  return await store.control(async (run) => {
    await run(BEGIN({ queue, key }));
    const [asked] = await run<Asked>(ASK, [id, queue, key, owner, PRESENT_MS, PLACE_MS, request.priority]);
    const { is_mine, is_held, taken, ahead, present } = asked!;
    const isFree = !is_held && taken + present < limit;
    if (isFree) await hold(run, request);
    await run('commit');
    return is_mine || isFree ? { state: 'held' } : { state: 'busy', ahead };
  }, ms);
}

/** On disk before it is told: a slot that a crash forgets would be given twice. */
async function hold(run: Run, { id, owner }: SlotRequest): Promise<void> {
  await run('set local synchronous_commit = on');
  await run(HOLD, [id, owner, SLOT_LEASE_MS]);
}

/** Which of the slots that this process holds it still has, for another lease. */
export async function renewSlots(store: Store, owner: string, ms: number): Promise<string[]> {
  const rows = await store.control(
    (run) =>
      run<{ id: string }>(
        `update do_sdk.slots set expires_at = clock_timestamp() + $2 * interval '1 ms'
          where owner = $1 and held and expires_at > clock_timestamp() returning id`,
        [owner, SLOT_LEASE_MS],
      ),
    ms,
  );
  return rows.map(({ id }) => id);
}

/** Also of one that waits: then its place. What others have left behind goes with it. */
export async function freeSlot(store: Store, id: string): Promise<void> {
  await store.query(
    `delete from do_sdk.slots where id = $1 or expires_at < clock_timestamp() - interval '1 hour'`,
    [id],
  );
}
