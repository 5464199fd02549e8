import type { ApprovalRequest } from '../../core/approval.ts';
import type { Duration } from '../../core/duration.ts';
import { toMs } from '../../core/duration.ts';
import { DoError } from '../../core/errors.ts';

/** When something happens to the workflow: so long after its start, or when a step of it has ended, in whatever way. */
export type Moment = { at: Duration } | { after: string };

/** What `decide` takes. */
export interface DecisionInput {
  /** False turns it down. */
  approved: boolean;
  /** Who decides. Default: `'test'`. */
  by?: string;
  /** Default: none. */
  reason?: string;
  /** What comes with the decision. Default: nothing. */
  data?: unknown;
  /** What was seen. Default: the digest of the request. */
  digest?: string;
}

export type Decide = DecisionInput | ((request: ApprovalRequest) => DecisionInput);

type Act =
  | { type: 'signal'; name: string; payload: unknown }
  | { type: 'decide'; name: string; decide: Decide }
  | { type: 'cancel' }
  | { type: 'crash' };

/** Without a moment a signal comes before the start, and a decision as soon as it is asked for. */
export type Cue = Act & { moment?: Moment };

/** To whom it happens. */
export interface Actor {
  act(cue: Cue): void;
}

/** What happens to one run from outside, each thing once. */
export class Cues {
  readonly #actor: Actor;
  #left: readonly Cue[];

  constructor(cues: readonly Cue[], actor: Actor) {
    this.#actor = actor;
    this.#left = cues;
  }

  /** What has come before the handler begins. */
  beforeStart(): void {
    this.#play(({ type, moment }) => type === 'signal' && moment === undefined);
  }

  /** The moments on the clock, for whoever wakes at them. */
  get times(): number[] {
    return this.#left.flatMap(({ moment }) => (moment && 'at' in moment ? toMs(moment.at, 'at') : []));
  }

  /** So long after the start. */
  at(elapsedMs: number): void {
    this.#play(({ moment }) => moment !== undefined && 'at' in moment && toMs(moment.at, 'at') <= elapsedMs);
  }

  /** The first time that it will be cancelled, as far as the clock tells; undefined without. */
  get cancelAfterMs(): number | undefined {
    const times = this.#left.flatMap(({ type, moment }) =>
      type === 'cancel' && moment && 'at' in moment ? toMs(moment.at, 'at') : [],
    );
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  after(path: string): void {
    this.#play(({ moment }) => moment !== undefined && 'after' in moment && moment.after === path);
  }

  /** One decision for each time that it is asked for. */
  asked(name: string): void {
    const cue = this.#left.find((one) => one.type === 'decide' && !one.moment && one.name === name);
    if (cue) this.#play((one) => one === cue);
  }

  #play(isDue: (cue: Cue) => boolean): void {
    const due = this.#left.filter(isDue);
    this.#left = this.#left.filter((cue) => !due.includes(cue));
    due.forEach((cue) => this.#actor.act(cue));
  }

  /** What never happened, as its test would say it. */
  get unmet(): string[] {
    return this.#left.map(describe);
  }
}

function describe(cue: Cue): string {
  const name = 'name' in cue ? ` "${cue.name}"` : '';
  const { moment } = cue;
  if (!moment) return `${cue.type}${name}`;
  return `${cue.type}${name} ${'at' in moment ? `at ${moment.at}` : `after "${moment.after}"`}`;
}

/** A test whose events do not come about would pass for nothing. */
export const neverHappened = (unmet: readonly string[], steps: readonly string[]): DoError =>
  new DoError(
    'DEFINITION_INVALID',
    `The run ended, and this never happened: ${unmet.join(', ')}. Its steps were: ${steps.join(', ') || 'none'}.`,
  );
