import type { Audit, Invocation } from '../../src/core/invocation.ts';
import type { InvocationPage } from '../../src/core/query.ts';
import { digestOf } from './client/record.ts';
import type { ClientRecord } from './client/record.ts';
import type { Facts, HoldEvent, LedgerRow, Mail, Note, Replay, Snapshot, Tail } from './facts.ts';
import type { Faults } from './nemeses/nemesis.ts';
import { API_KEY, failpointLog, sinkFile } from './parts/programs.ts';
import { readRecords } from './record-file.ts';
import type { System } from './system.ts';
import { APIS } from './system.ts';

const AT_ONCE = 6;
const PATIENCE_MS = 20_000;

/** A GET through one of the APIs; after the heal every one has to be answered. */
async function read<T>(system: System, path: string, via: string = APIS[0]): Promise<T> {
  const response = await fetch(system.apiUrl(via) + path, {
    headers: { authorization: `Bearer ${API_KEY}` },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export async function listAll(system: System, filter = ''): Promise<Invocation[]> {
  const all: Invocation[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `limit=200${filter}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: InvocationPage = await read<InvocationPage>(system, `/v1/invocations?${query}`);
    all.push(...(page.items as Invocation[]));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}

/** Reads the record of everything anybody has heard of: a listing may lag, an acknowledged id must not be missing. */
export class AuditReader {
  readonly #system: System;
  readonly #record: ClientRecord;
  /** Of what has closed, which is not read twice. */
  readonly #closed = new Map<string, Audit>();

  constructor(system: System, record: ClientRecord) {
    this.#system = system;
    this.#record = record;
  }

  async read(onProgress: (text: string) => void = () => undefined): Promise<Audit[]> {
    const listed = (await listAll(this.#system)).map(({ id }) => id);
    const told = this.#record.events.flatMap(({ id }) => (id === undefined ? [] : [id]));
    const ids = [...new Set([...listed, ...told])];
    let done = 0;
    const audits = await inParallel(ids, async (id) => {
      if (++done % 100 === 0) onProgress(`read ${done} of ${ids.length} audits`);
      return this.#closed.get(id) ?? (await this.#readOne(id, APIS[done % APIS.length]!));
    });
    return audits.flatMap((audit) => audit ?? []);
  }

  async #readOne(id: string, via: string): Promise<Audit | undefined> {
    const path = `/v1/invocations/${id}/audit`;
    const audit = await read<Audit>(this.#system, path, via).catch((error: unknown) => {
      // An invocation that was told and is not there is for the checker to judge.
      if (String(error).includes('INVOCATION_NOT_FOUND')) return undefined;
      throw error;
    });
    if (audit && audit.invocation.status !== 'running') this.#closed.set(id, audit);
    return audit;
  }
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

export async function stillOpen(system: System): Promise<string[]> {
  return await system.temporal(async ({ workflowService }) => {
    const query = 'ExecutionStatus = "Running"';
    const list = await workflowService.listWorkflowExecutions({ namespace: 'default', query, pageSize: 100 });
    return (list.executions ?? []).map(({ execution }) => execution?.workflowId ?? '');
  });
}

const REPLAYS = 40;

/** Completed invocations asked for again under their key and input: the answer is the one they were closed with. */
async function replay(system: System, audits: readonly Audit[]): Promise<Replay[]> {
  const completed = audits.filter(
    ({ invocation }) =>
      invocation.status === 'completed' && invocation.idempotencyKey !== null && invocation.caller === 'api',
  );
  const step = Math.max(1, Math.floor(completed.length / REPLAYS));
  const chosen = completed.filter((_, index) => index % step === 0);
  return await inParallel(chosen, async ({ invocation }) => {
    const { id, name, input, idempotencyKey } = invocation;
    const response = await fetch(`${system.apiUrl(APIS[1])}/v1/actions/${name}/invoke`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${API_KEY}`,
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey!,
      },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = (await response.json()) as Partial<Invocation>;
    const again = {
      id: body.id,
      digest: body.status === undefined ? undefined : digestOf(body as Invocation),
      replayed: response.headers.get('idempotent-replayed') === 'true',
      http: response.status,
    };
    return { id, digest: digestOf(invocation), again };
  });
}

/** What is found where the effects should be, past everything that could deny it. */
export async function readEffects(
  system: System,
): Promise<Pick<Facts, 'ledger' | 'notes' | 'holds' | 'mails'>> {
  return {
    ledger: await system.query<LedgerRow>(
      'select ref, token, invocation_id as "invocationId", attempt, "from", "to", amount from ledger',
    ),
    notes: await system.query<Note>('select ref, token from notes'),
    holds: readRecords<HoldEvent>(sinkFile(system.root, 'holds')),
    mails: readRecords<Mail>(sinkFile(system.root, 'smtp')),
  };
}

export interface Found {
  system: System;
  record: ClientRecord;
  faults: Faults;
  snapshots: readonly Snapshot[];
  tail: readonly Tail[];
  onProgress: (text: string) => void;
}

export async function collect({
  system,
  record,
  faults,
  snapshots,
  tail,
  onProgress,
}: Found): Promise<Facts> {
  const audits = await new AuditReader(system, record).read(onProgress);
  const replays = await replay(system, audits);
  return {
    history: record.events,
    audits,
    replays,
    tail,
    snapshots,
    balances: await system.query('select id, balance from accounts order by id'),
    ...(await readEffects(system)),
    faults: [...faults.all, ...readRecords<Facts['faults'][number]>(failpointLog(system.root))],
    stillOpen: await stillOpen(system),
  };
}
