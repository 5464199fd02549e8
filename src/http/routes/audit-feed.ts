import { createHash } from 'node:crypto';
import type { AuditEntry } from '../../core/invocation.ts';

const ID = /^(\d{1,9})(?:-([0-9a-f]{8}))?$/;

/**
 * What is new of an audit to whoever has its beginning. That an attempt began may be put on record late, and then stands
 * before entries that were sent: from there on they are sent again, under the numbers they have now. So an id says beside
 * the number what comes before it, and whoever was away when that changed is sent everything anew.
 */
export class AuditFeed {
  /** Of each entry that was sent, the digest of it and all before it. */
  #sent: string[] = [];

  /** The receiver has everything up to that id, as far as it is one. */
  resume(lastId: string, entries: readonly AuditEntry[]): void {
    const [, seq, digest] = ID.exec(lastId) ?? [];
    const had = digestsOf(entries.slice(0, Number(seq ?? 0)));
    const isSame = had.length === Number(seq ?? 0) && (digest === undefined || had.at(-1) === digest);
    this.#sent = isSame ? had : [];
  }

  /** The entries to send, each with its id. */
  next(entries: readonly AuditEntry[]): { id: string; entry: AuditEntry }[] {
    const digests = digestsOf(entries);
    const fresh = entries.flatMap((entry, at) =>
      digests[at] === this.#sent[at] ? [] : [{ id: `${entry.seq}-${digests[at]}`, entry }],
    );
    this.#sent = digests;
    return fresh;
  }
}

function digestsOf(entries: readonly AuditEntry[]): string[] {
  let before = '';
  return entries.map((entry) => (before = digestOf(before + JSON.stringify(entry))));
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
