import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Summary } from './summary.ts';
import { summarise } from './summary.ts';

export interface Envelope {
  from: string;
  to: string[];
}

/** One kept message, as `/messages.json` lists it; `from` and `to` are those of the envelope, so bcc shows too. */
export interface Entry extends Envelope, Summary {
  id: string;
  receivedAt: string;
}

/** The newest this many are kept. */
const CAPACITY = 1_000;

/**
 * The messages in a folder: `<id>.eml`, the bytes as received, and `<id>.json`, what the list shows of it. A message is
 * there once its `.eml` is, which is renamed into place last. Ids begin with the time, so that they sort by it.
 */
export class KeptMail {
  readonly #dir: string;
  readonly #ids: string[];
  #lastTime = 0;

  private constructor(dir: string, ids: string[]) {
    this.#dir = dir;
    this.#ids = ids;
  }

  static async open(dir: string): Promise<KeptMail> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const names = await readdir(dir);
    // What a crash left half-written was never answered with 250, so its sender still has it.
    const halves = names.filter((name) => name.endsWith('.part'));
    await Promise.all(halves.map((name) => rm(join(dir, name), { force: true })));
    const ids = names.filter((name) => name.endsWith('.eml')).map((name) => name.slice(0, -'.eml'.length));
    return new KeptMail(dir, ids.sort());
  }

  /** Resolves once the message would survive a power cut. */
  async keep(raw: Buffer, envelope: Envelope): Promise<void> {
    const time = new Date((this.#lastTime = Math.max(Date.now(), this.#lastTime + 1))).toISOString();
    const id = `${time.replaceAll(/[-:.]/g, '')}-${randomBytes(6).toString('hex')}`;
    const entry: Entry = { id, receivedAt: time, ...envelope, ...(await summarise(raw)) };
    await this.#write(`${id}.json`, JSON.stringify(entry));
    await this.#write(`${id}.eml`, raw);
    await syncFolder(this.#dir);
    this.#ids.push(id);
    this.#ids.sort();
    // The message is kept by now: what cannot be removed must not turn the answer into a refusal.
    await Promise.allSettled(this.#oldest().map((old) => this.#remove(old)));
  }

  /** Newest first; with `recipient`, those that were sent to it. */
  async list(recipient?: string): Promise<Entry[]> {
    const wanted = recipient?.toLowerCase();
    const entries = await Promise.all(this.#ids.toReversed().map((id) => this.#entry(id)));
    return entries
      .filter((entry) => entry !== undefined)
      .filter(({ to }) => wanted === undefined || to.some((address) => address.toLowerCase() === wanted));
  }

  /** Undefined when there is no such message; `id` may be anything. */
  async raw(id: string): Promise<Buffer | undefined> {
    if (!this.#ids.includes(id)) return undefined;
    return await unlessGone(readFile(join(this.#dir, `${id}.eml`)));
  }

  #oldest(): string[] {
    return this.#ids.splice(0, Math.max(0, this.#ids.length - CAPACITY));
  }

  async #entry(id: string): Promise<Entry | undefined> {
    const text = await unlessGone(readFile(join(this.#dir, `${id}.json`), 'utf8'));
    return text === undefined ? undefined : (JSON.parse(text) as Entry);
  }

  async #write(name: string, content: string | Buffer): Promise<void> {
    const path = join(this.#dir, name);
    const file = await open(`${path}.part`, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.part`, path);
  }

  /** The `.eml` first: without it the message is gone, and a crash in between leaves nothing that is listed. */
  async #remove(id: string): Promise<void> {
    await rm(join(this.#dir, `${id}.eml`), { force: true });
    await rm(join(this.#dir, `${id}.json`), { force: true });
  }
}

/** A rename is durable once the folder it happened in is. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Undefined for a file that was removed to make room, or by the developer, since its id was listed. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
