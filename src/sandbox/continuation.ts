import { utf8ToBytes } from '@noble/hashes/utils';
import { CancellationScope, condition, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import type { CarriedRun } from '../core/carried-run.ts';
import type { WorkflowEnvelope } from '../core/envelope.ts';
import { DoError } from '../core/errors.ts';
import type { Journal } from './journal.ts';
import { memoOfNextRun } from './next-run.ts';
import { quiescent } from './quiescent.ts';
import { isRecordLong } from './record-end.ts';

/** Temporal refuses 2 MiB, and with it the task that asks for it, for ever. */
const MOST_BYTES = 1_500_000;

/** What the next run has to know beside what the journal holds. */
export type CarriedBeside = Omit<CarriedRun, 'ended' | 'open' | 'told'>;

export interface ContinuationOptions {
  input: unknown;
  envelope: WorkflowEnvelope;
  journal: Journal;
  /** How many steps are going on: they end with their run. */
  openSteps: () => number;
  carry: () => CarriedBeside;
}

/** Goes on in a fresh run, where the record has grown long and a loop stands between two iterations. */
export class Continuation {
  readonly #options: ContinuationOptions;
  #end: (reason: unknown) => void = () => undefined;
  /** Rejects with what ends this run: no handler may catch it. */
  readonly ended: Promise<never>;

  constructor(options: ContinuationOptions) {
    this.#options = options;
    this.ended = new Promise((_, reject) => (this.#end = reject));
    this.ended.catch(() => undefined);
  }

  /** Lets the handler get to where it was in the runs before. */
  start(): void {
    void CancellationScope.nonCancellable(() => this.#options.journal.catchUp()).catch(this.#end);
  }

  betweenIterations = async (): Promise<void> => {
    const { envelope, journal, openSteps } = this.#options;
    if (!isRecordLong(envelope)) return;
    await journal.untilCaughtUp();
    await quiescent();
    // A step beside the loop may take months; but it must not keep the record growing for ever.
    if (openSteps() > 0 && !isRecordLong(envelope, 2)) return;
    while (openSteps() > 0) {
      await condition(() => openSteps() === 0);
      await quiescent();
    }
    if (CancellationScope.current().consideredCancelled) return;
    await this.#continue().catch(this.#end);
    await new Promise(() => undefined);
  };

  async #continue(): Promise<never> {
    const { input, envelope, journal, carry } = this.#options;
    const { workflowType, taskQueue } = workflowInfo();
    const ended = journal.carried();
    if (!ended) throw tooLarge('what its steps before and beside the loop gave');
    const resume: CarriedRun = { ...ended, ...carry() };
    checkSize(input, resume);
    // What was there before is settled.
    const { predecessor: _, ...same } = envelope;
    const next: WorkflowEnvelope = { ...same, resume };
    const go = makeContinueAsNewFunc<(input: unknown, envelope: WorkflowEnvelope) => Promise<unknown>>({
      workflowType,
      taskQueue,
      memo: memoOfNextRun(),
    });
    return await go(input, next);
  }
}

function checkSize(input: unknown, { ended, loops, steps, keyed, ...rest }: CarriedRun): void {
  const parts: [string, unknown][] = [
    ['its input', input],
    ['what its steps before and beside the loop gave', ended],
    ['the state of the loop', loops],
    ['what would have to be taken back of its steps', steps],
    ['what its steps with a key of their own gave', keyed],
    ['signals that nobody has taken', rest],
  ];
  const sizes = parts.map(([what, part]) => ({
    what,
    bytes: utf8ToBytes(JSON.stringify(part) ?? '').length,
  }));
  const bytes = sizes.reduce((sum, part) => sum + part.bytes, 0);
  if (bytes <= MOST_BYTES) return;
  const [largest] = sizes.sort((a, b) => b.bytes - a.bytes);
  throw tooLarge(`${largest!.what} (${Math.ceil(largest!.bytes / 1024)} KiB)`);
}

const tooLarge = (what: string): DoError =>
  new DoError(
    'INVOCATION_FAILED',
    `The record has grown so long that the invocation has to go on in a fresh one, and it would take more than ${Math.floor(MOST_BYTES / 1024)} KiB along; most of it is ${what}. Keep large values elsewhere, and only what names them in the workflow; do large parts in a workflow of their own.`,
    { type: 'RecordTooLarge' },
  );
