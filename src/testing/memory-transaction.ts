import type { Transaction } from '../core/context.ts';
import type { StorePoint } from './crash-points.ts';
import type { Memory, OutcomeRow } from './memory.ts';

/** What the store sends to a connection of pg; statements of a handler are in the extended mode. */
export interface Statement {
  text: string;
  values?: readonly unknown[];
  queryMode?: 'extended';
  rowMode?: 'array';
  types?: unknown;
}

export interface Answer {
  rows: unknown[];
  rowCount: number | null;
  command?: string;
}

/** What the attempt's surroundings say to a step in the database: it may pass, or it never comes back. */
export interface Steps {
  /** Resolves unless the worker is lost there. */
  reach(point: StorePoint): Promise<void>;
  /** Resolves unless the attempt's time is over before its work is done. */
  inTime(): Promise<void>;
}

export const answer = (rows: unknown[] = [], command = ''): Answer => ({
  rows,
  rowCount: rows.length,
  command,
});

/** The store's own tables in a statement: what it does, and where. */
export const tableOf = (text: string): string | undefined => {
  const [, verb, table] = /\b(insert into|update|from)\s+do_sdk\.(\w+)/.exec(text) ?? [];
  return verb === undefined ? undefined : `${verb} ${table}`;
};

/** A connection for one transaction: the handler's statements go to the test's double, the platform's to the memory. */
export class MemoryTransaction {
  readonly #memory: Memory;
  readonly #double: Transaction;
  readonly #steps: Steps;
  #claimed: { token: string; row: OutcomeRow } | undefined;
  /** After a statement has failed Postgres commits nothing, unless that was rolled back to a savepoint. */
  #isAborted = false;

  constructor(memory: Memory, double: Transaction, steps: Steps) {
    this.#memory = memory;
    this.#double = double;
    this.#steps = steps;
  }

  query = async (asked: Statement | string): Promise<Answer> => {
    const statement = typeof asked === 'string' ? { text: asked } : asked;
    return statement.queryMode === 'extended' ? await this.#ask(statement) : await this.#platform(statement);
  };

  async #ask({ text, values = [], rowMode, types }: Statement): Promise<Answer> {
    const isBuilt = rowMode !== undefined || types !== undefined;
    const sql = isBuilt ? { text, ...(rowMode && { rowMode }), ...(types !== undefined && { types }) } : text;
    try {
      const result = await this.#double.query(sql, values);
      if (/^\s*rollback\b/i.test(text)) this.#isAborted = false;
      return result;
    } catch (error) {
      this.#isAborted = true;
      throw error;
    }
  }

  async #platform({ text, values = [] }: Statement): Promise<Answer> {
    const [first, second] = values as string[];
    switch (tableOf(text) ?? text.split(/\W/)[0]) {
      case 'begin':
      case 'rollback':
      case 'discard':
        return answer();
      case 'insert into outcomes':
        return this.#claim(second!, Number(values[4]));
      case 'from outcomes':
        return readOutcome(this.#memory, first!);
      case 'update outcomes':
        return await this.#record(second!, values[2] as string);
      case 'commit':
        return await this.#commit();
      default:
        throw new Error(`A test without servers has no answer to the statement: ${text}`);
    }
  }

  #claim(token: string, attempt: number): Answer {
    if (this.#memory.outcomes.has(token)) return answer();
    this.#claimed = { token, row: { state: 'committed', attempt, output: null, enqueued: null } };
    return answer([{ xid: '1' }]);
  }

  async #record(output: string, enqueued: string): Promise<Answer> {
    await this.#steps.inTime();
    await this.#steps.reach('beforeCommit');
    Object.assign(this.#claimed!.row, { output, enqueued });
    return answer([{}]);
  }

  async #commit(): Promise<Answer> {
    const { token, row } = this.#claimed!;
    // The seal came first: a late attempt.
    if (this.#isAborted || this.#memory.outcomes.has(token)) return answer([], 'ROLLBACK');
    this.#memory.outcomes.set(token, row);
    await this.#steps.reach('afterCommit');
    return answer([], 'COMMIT');
  }
}

export function readOutcome(memory: Memory, token: string): Answer {
  const row = memory.outcomes.get(token);
  return answer(row ? [row] : []);
}
