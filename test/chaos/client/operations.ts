import type { Trouble } from '../fixtures/project/src/misbehave.ts';
import { ACCOUNTS } from '../facts.ts';
import type { Random } from '../random.ts';

/** What a client wants, with the habits it goes about it with. */
export interface Operation {
  /** In the input too, so that every effect names the operation it is of. */
  ref: string;
  action: string;
  key: string | null;
  input: Record<string, unknown>;
  /** Requests with the same key. */
  repeats: number;
  /** All at once instead of one after the other. */
  isHasty: boolean;
  /** Sends the key once more with another input. */
  mismatches: boolean;
  cancels: boolean;
  /** For the whole invocation; null for none. */
  deadline: string | null;
  /** Does not wait for an answer but reads by id. */
  pollsOnly: boolean;
}

export type Workload = Readonly<Record<'transfer' | 'pay' | 'hold' | 'mail', number>>;

export const MIXED: Workload = { transfer: 40, pay: 20, hold: 25, mail: 15 };

const BANK_TROUBLES: Readonly<Record<Trouble, number>> = {
  none: 46,
  slow: 18,
  throw: 10,
  late: 6,
  refuse: 3,
  'bad-output': 3,
  'swallow-error': 3,
  'commit-itself': 3,
  'leave-running': 3,
  block: 3,
  die: 1,
  exit: 1,
};

const HOLD_TROUBLES: Readonly<
  Record<'none' | 'slow' | 'throw' | 'late' | 'refuse' | 'die' | 'bad-output', number>
> = {
  none: 60,
  slow: 10,
  throw: 16,
  late: 6,
  refuse: 5,
  'bad-output': 2,
  die: 1,
};

const MOST_ATTEMPTS = 4;

export class Operations {
  readonly #random: Random;
  readonly #workload: Workload;
  #count = 0;

  constructor(random: Random, workload: Workload) {
    this.#random = random;
    this.#workload = workload;
  }

  next(): Operation {
    const random = this.#random;
    const ref = `op-${++this.#count}`;
    const isKeyed = random.chance(0.92);
    return {
      ref,
      ...this.#what(ref),
      key: isKeyed ? `key-${ref}` : null,
      // Without a key every request would be an invocation of its own.
      repeats: isKeyed ? random.pick([1, 1, 2, 2, 3, 4, 5]) : 1,
      isHasty: random.chance(0.4),
      mismatches: isKeyed && random.chance(0.06),
      cancels: random.chance(0.04),
      deadline: random.chance(0.06) ? random.pick(['1s', '2s', '4s']) : null,
      pollsOnly: random.chance(0.1),
    };
  }

  #what(ref: string): Pick<Operation, 'action' | 'input'> {
    const kind = this.#random.weighted(this.#workload);
    if (kind === 'mail') return { action: 'email.send', input: this.#mail(ref) };
    if (kind === 'hold') return { action: 'hold.place', input: this.#hold(ref) };
    return { action: `bank.${kind}`, input: this.#transfer(ref) };
  }

  #transfer(ref: string): Record<string, unknown> {
    const random = this.#random;
    const [from, to] = random.shuffle(Array.from({ length: ACCOUNTS }, (_, index) => index + 1));
    const troubles = this.#troubles(BANK_TROUBLES);
    return { ref, from, to, amount: random.int(1, 60), troubles, note: random.chance(0.3) };
  }

  #hold(ref: string): Record<string, unknown> {
    const [before, after] = [this.#troubles(HOLD_TROUBLES), this.#troubles(HOLD_TROUBLES)];
    return { ref, before, after, clumsiness: this.#random.chance(0.3) ? 0.3 : 0 };
  }

  #mail(ref: string): Record<string, unknown> {
    const to = this.#random.chance(0.1) ? 'nobody@example.com' : 'somebody@example.com';
    return { to, subject: ref, body: `This is ${ref}.` };
  }

  #troubles<Name extends string>(weights: Readonly<Record<Name, number>>): Name[] {
    return Array.from({ length: MOST_ATTEMPTS }, () => this.#random.weighted(weights));
  }
}
