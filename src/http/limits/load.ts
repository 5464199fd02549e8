import type { Request, RequestHandler } from 'express';
import { DoError } from '../../core/errors.ts';
import { readPrefer } from '../prefer.ts';
import type { Limits } from './settings.ts';

/** Whoever watches the process must see that it is alive, above all when it is busy. */
const NEVER_SHED = '/healthz';
/** Nor may a busy process keep out who watches it, or who comes to end what makes it busy. */
const NEVER_LATE =
  /^(?:\/readyz|\/metrics|\/v1\/invocations\/[^/]+\/(?:cancel|compensate|(?:signal|approvals)\/[^/]+))$/;

type Bounds = Pick<Limits, 'maxRequests' | 'maxWaiting' | 'maxLagMs'>;

/**
 * Requests at a time, up to a bound: what comes beyond it is refused before any work is done for it, so that what was
 * taken is still served. Requests that wait hold next to nothing for up to five minutes; they are counted apart, or a few
 * slow invocations would shut out everybody. Where many short ones keep the process busy all the time, no count shows it:
 * then how late its event loop is decides.
 */
export class Load {
  readonly #limits: Bounds;
  readonly #onShed: () => void;
  readonly #lagMs: () => number;
  active = 0;
  waiting = 0;

  constructor(limits: Bounds, onShed: () => void, lagMs: () => number) {
    this.#limits = limits;
    this.#onShed = onShed;
    this.#lagMs = lagMs;
  }

  admit: RequestHandler = (req, res, next) => {
    if (req.path === NEVER_SHED) return next();
    const kind = waits(req) ? 'waiting' : 'active';
    const why = this.#tooBusy(kind) ?? this.#tooLate(req);
    if (why !== undefined) {
      this.#onShed();
      throw overloaded(why);
    }
    this[kind]++;
    res.once('close', () => this[kind]--);
    next();
  };

  #tooBusy(kind: 'waiting' | 'active'): string | undefined {
    const most = kind === 'waiting' ? this.#limits.maxWaiting : this.#limits.maxRequests;
    if (this[kind] < most) return undefined;
    const what = kind === 'waiting' ? 'wait for an invocation to close' : 'are served';
    return `${most} requests ${what} already, which is all this process takes at a time`;
  }

  #tooLate({ path }: Request): string | undefined {
    const { maxLagMs = Infinity } = this.#limits;
    const lagMs = this.#lagMs();
    if (lagMs <= maxLagMs || NEVER_LATE.test(path)) return undefined;
    return `This process is ${Math.round(lagMs)} ms behind with what it does, and at more than ${maxLagMs} ms it takes nothing new`;
  }
}

const INVOKES = /^\/v1\/(actions|workflows)\/[^/]+\/invoke(-batch)?$/;
const WAIT_UNASKED_S = 1;

/** An invoke waits unless it says otherwise, everything else when it asks to; a stream goes on until its invocation ends. */
function waits(req: Request): boolean {
  if (req.headers.accept?.includes('text/event-stream')) return true;
  return readPrefer(req, INVOKES.test(req.path) ? WAIT_UNASKED_S : 0).waitMs > 0;
}

const overloaded = (why: string): DoError =>
  new DoError('OVERLOADED', `${why}. Nothing was accepted; try again.`);
