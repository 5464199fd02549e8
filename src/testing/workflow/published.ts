import type { ApprovalRequest } from '../../core/approval.ts';
import type { WorkflowRecord } from './workflow-record.ts';

/** What a run lets be read from outside while it goes on. */
export class Published {
  /** What was last given to `ctx.set`. */
  state: unknown = null;
  readonly #record: WorkflowRecord;
  readonly #asked: (name: string) => void;
  readonly #known = new Set<string>();

  /** `asked` hears of each request for an approval, once. */
  constructor(record: WorkflowRecord, asked: (name: string) => void) {
    this.#record = record;
    this.#asked = asked;
  }

  upsert(key: 'state' | 'approvals', value: unknown): void {
    this.#record.upsertMemo(key, value);
    if (key === 'state') this.state = structuredClone(value);
    else (value as ApprovalRequest[]).forEach((request) => this.#note(request));
  }

  #note({ name, digest, state }: ApprovalRequest): void {
    if (state !== 'open' || this.#known.has(digest)) return;
    this.#known.add(digest);
    this.#asked(name);
  }
}
