import type { StagedInvocation } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import { isIdempotencyKey } from '../core/verbs.ts';

/** What `ctx.enqueue` asks for. */
export interface StageRequest {
  name: string;
  input: unknown;
  key: string | undefined;
  /** Names the invocation where there is no key: the same on every attempt. */
  unique: string;
}

/** All are started by one workflow task, and the server holds 2,000 pending ones at most. */
const MOST = 500;

/** All travel with the output in one result, which Temporal bounds by 2 MiB; found before the commit, not after it. */
const MOST_BYTES = 512 * 1024;

/** The invocations that wait for this attempt's commit. */
export class Staging {
  readonly #stage: (request: StageRequest) => Promise<StagedInvocation>;
  readonly #token: string;
  readonly #staged: Promise<StagedInvocation>[] = [];
  #isClosed = false;
  #bytes = 0;

  constructor(token: string, stage: (request: StageRequest) => Promise<StagedInvocation>) {
    this.#token = token;
    this.#stage = stage;
  }

  enqueue = async (
    action: string | { name: string },
    input: unknown,
    { key }: { key?: string } = {},
  ): Promise<void> => {
    if (this.#isClosed) throw tooLate();
    if (this.#staged.length >= MOST) throw tooMany();
    if (key !== undefined && !isIdempotencyKey(key)) throw badKey();
    const name = typeof action === 'string' ? action : action.name;
    const unique = `${this.#token}/${this.#staged.length + 1}`;
    const staged = this.#stage({ name, input, key, unique }).then((invocation) => this.#weigh(invocation));
    this.#staged.push(staged);
    await staged;
  };

  #weigh(invocation: StagedInvocation): StagedInvocation {
    this.#bytes += Buffer.byteLength(JSON.stringify(invocation));
    if (this.#bytes > MOST_BYTES) throw tooLarge();
    return invocation;
  }

  /** What was staged; from here on nothing is. */
  close(): Promise<StagedInvocation[]> | StagedInvocation[] {
    this.#isClosed = true;
    return this.#staged.length === 0 ? [] : Promise.all(this.#staged);
  }
}

const tooLate = (): DoError =>
  new DoError(
    'TRANSACTION_CLOSED',
    'ctx.enqueue was called after the attempt had ended, so nothing was enqueued. Wait for it in the handler.',
  );

const tooMany = (): DoError =>
  new DoError(
    'DEFINITION_INVALID',
    `One attempt can enqueue ${MOST} invocations at most. Enqueue one that enqueues the rest.`,
  );

const tooLarge = (): DoError =>
  new DoError(
    'INPUT_INVALID',
    'What one attempt enqueues is larger than 512 KiB together. Store the inputs elsewhere and pass references.',
  );

const badKey = (): DoError =>
  new DoError('IDEMPOTENCY_KEY_INVALID', 'Expected `key` to be 1 to 255 printable ASCII characters.');
