import type { Request, RequestHandler } from 'express';
import { DoError } from '../../core/errors.ts';
import { readPrefer } from '../prefer.ts';
import type { Limits } from './settings.ts';

/** Whoever watches the process must see that it is alive, above all when it is busy. */
const NEVER_SHED = '/healthz';

/**
 * Requests at a time, up to a bound: what comes beyond it is refused before any work is done for it, so that what was
 * taken is still served. Requests that wait hold next to nothing for up to five minutes; they are counted apart, or a few
 * slow invocations would shut out everybody.
 */
export class Load {
  readonly #limits: Pick<Limits, 'maxRequests' | 'maxWaiting'>;
  readonly #onShed: () => void;
  active = 0;
  waiting = 0;

  constructor(limits: Pick<Limits, 'maxRequests' | 'maxWaiting'>, onShed: () => void) {
    this.#limits = limits;
    this.#onShed = onShed;
  }

  admit: RequestHandler = (req, res, next) => {
    if (req.path === NEVER_SHED) return next();
    const kind = waits(req) ? 'waiting' : 'active';
    const most = kind === 'waiting' ? this.#limits.maxWaiting : this.#limits.maxRequests;
    if (this[kind] >= most) {
      this.#onShed();
      throw overloaded(kind === 'waiting' ? 'wait for an invocation to close' : 'are served', most);
    }
    this[kind]++;
    res.once('close', () => this[kind]--);
    next();
  };
}

const INVOKES = /^\/v1\/(actions|workflows)\/[^/]+\/invoke(-batch)?$/;
const WAIT_UNASKED_S = 1;

/** An invoke waits unless it says otherwise, everything else when it asks to; a stream goes on until its invocation ends. */
function waits(req: Request): boolean {
  if (req.headers.accept?.includes('text/event-stream')) return true;
  return readPrefer(req, INVOKES.test(req.path) ? WAIT_UNASKED_S : 0).waitMs > 0;
}

const overloaded = (what: string, most: number): DoError =>
  new DoError(
    'OVERLOADED',
    `${most} requests ${what} already, which is all this process takes at a time. Nothing was accepted; try again.`,
  );
