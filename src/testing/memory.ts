import type { StagedInvocation } from '../core/envelope.ts';
import type { SealOutcome } from '../core/settle.ts';

/** A row of the store's `outcomes`, as its statements read it. */
export interface OutcomeRow {
  state: 'committed' | 'sealed';
  attempt: number;
  /** JSON. */
  output: string | null;
  enqueued: string | null;
}

/** A row of the store's `receipts`. */
export interface ReceiptRow {
  state: 'unknown' | 'done' | 'failed';
  attempt: number;
  /** JSON. */
  result: string | null;
}

/** What the database knows of one test run: it outlives every crash. */
export class Memory {
  readonly outcomes = new Map<string, OutcomeRow>();
  readonly #receipts = new Map<string, Map<string, ReceiptRow>>();

  receiptsOf(token: string): Map<string, ReceiptRow> {
    const known = this.#receipts.get(token) ?? new Map<string, ReceiptRow>();
    this.#receipts.set(token, known);
    return known;
  }

  /** As a worker answers the step that seals a token. */
  seal(token: string, attempt: number): SealOutcome {
    const row = this.outcomes.get(token) ?? { state: 'sealed', attempt, output: null, enqueued: null };
    this.outcomes.set(token, row);
    if (row.state === 'sealed') {
      const unknown = [...this.receiptsOf(token)].filter(([, { state }]) => state === 'unknown');
      const calls = unknown.map(([name, receipt]) => ({ name, attempt: receipt.attempt }));
      return { status: 'sealed', ...(calls.length > 0 && { unknownCalls: calls }) };
    }
    return {
      status: 'committed',
      output: JSON.parse(row.output ?? 'null') as unknown,
      enqueued: JSON.parse(row.enqueued ?? '[]') as StagedInvocation[],
      committedBy: row.attempt,
    };
  }
}
