import { pathToFileURL } from 'node:url';
import type { AttemptReport } from '../../core/envelope.ts';
import { ATTEMPT_TIMED_OUT } from '../../core/envelope.ts';
import { DoError } from '../../core/errors.ts';
import type { Failure } from '../../core/failure.ts';
import { toFailure } from '../../core/failure.ts';
import { definingFiles } from '../../core/registry.ts';
import { maskOf } from '../../core/secret-mask.ts';
import type { Secrets } from '../../core/secrets.ts';
import { readSecrets } from '../../core/secrets.ts';
import { attemptTimedOut } from '../../core/wording.ts';
import { masked, maskedFailure } from '../masked.ts';
import { Pulse } from '../pulse.ts';
import type { Attempt } from '../run.ts';
import { AttemptFailed } from '../run.ts';
import type { IsolatedHost } from './answer.ts';
import { answer } from './answer.ts';
import { AttemptProcess } from './attempt-process.ts';
import type { FromChild } from './messages.ts';

/**
 * From the abort of `ctx.signal` to the end of the process, for a handler that cleans up. Less than the second that a
 * script, at the least, waits for its attempts.
 */
const LAST_MOMENTS_MS = 750;

/**
 * When the timeout has passed Temporal tells of it by itself, on a clock that began before ours: so an attempt is to end
 * this long before, or half of a shorter timeout.
 */
const RESERVE_MS = 2_000;

/** Node fires a longer timer at once. An attempt of more than 24 days is told of its timeout by Temporal alone. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One attempt in a process of its own, under the contract of `runAttempt`. It settles once that process and all it has
 * started have ended, and before the timeout has passed: nothing of the attempt happens after its outcome is told.
 */
export async function runIsolated(attempt: Attempt, host: IsolatedHost): Promise<AttemptReport> {
  const pulse = new Pulse(host.heartbeat);
  try {
    host.signal.throwIfAborted();
    return await supervise(attempt, host, pulse);
  } catch (error) {
    throw error instanceof AttemptFailed ? error : new AttemptFailed(toFailure(error), pulse.last, []);
  } finally {
    pulse.stop();
  }
}

/** What the process itself says was masked there; what it prints, and how it ended, is masked here. */
async function supervise(attempt: Attempt, host: IsolatedHost, pulse: Pulse): Promise<AttemptReport> {
  const { name, secrets: names = [] } = attempt.action;
  const secrets = await readSecrets(names, host.secrets, name).catch((error: unknown) => {
    throw new AttemptFailed(toFailure(error, 'SECRET_MISSING'), undefined, []);
  });
  const mask = maskOf(Object.values(secrets));
  try {
    return await new Supervision({ ...attempt, secrets }, masked(host, { mask }), pulse).outcome();
  } catch (error) {
    if (!(error instanceof AttemptFailed)) throw error;
    throw new AttemptFailed(maskedFailure(error.failure, mask), mask(error.lastHeartbeat), error.calls);
  }
}

interface SupervisedAttempt extends Attempt {
  secrets: Secrets;
}

class Supervision {
  readonly #attempt: SupervisedAttempt;
  readonly #host: IsolatedHost;
  readonly #pulse: Pulse;
  readonly #process: AttemptProcess;
  readonly #told: Promise<AttemptReport>;
  readonly #reserveMs: number;
  readonly #startedAt = performance.now();
  readonly #timers: NodeJS.Timeout[] = [];
  #complete!: (report: AttemptReport) => void;
  #fail!: (failed: AttemptFailed) => void;

  constructor(attempt: SupervisedAttempt, host: IsolatedHost, pulse: Pulse) {
    this.#attempt = attempt;
    this.#host = host;
    this.#pulse = pulse;
    this.#reserveMs = Math.min(RESERVE_MS, host.timeoutMs / 2);
    // The first that is told counts: what follows is of an end that it has begun.
    this.#told = new Promise((resolve, reject) => {
      this.#complete = resolve;
      this.#fail = reject;
    });
    const { name, isolation } = attempt.action;
    const longestMs = host.timeoutMs;
    this.#process = new AttemptProcess({ name, modules: modulesOf(name), longestMs }, isolation!, {
      log: host.log,
      onMessage: (message) => this.#hear(message),
      onFailure: (failure) => this.#failWith(failure),
    });
  }

  async outcome(): Promise<AttemptReport> {
    const { signal, timeoutMs } = this.#host;
    const abort = () => this.#abort(toFailure(signal.reason));
    signal.addEventListener('abort', abort);
    const lastMomentsMs = Math.min(LAST_MOMENTS_MS, this.#reserveMs / 2);
    this.#failLater(attemptTimedOut(timeoutMs), this.#leftMs() + lastMomentsMs);
    try {
      return await this.#told;
    } finally {
      signal.removeEventListener('abort', abort);
      for (const timer of this.#timers) clearTimeout(timer);
      await this.#process.end();
    }
  }

  #leftMs = (): number => this.#host.timeoutMs - this.#reserveMs - (performance.now() - this.#startedAt);

  #abort(reason: Failure): void {
    this.#process.send({ type: 'abort', reason });
    this.#failLater(reason, LAST_MOMENTS_MS);
  }

  #failLater(failure: Failure, ms: number): void {
    if (ms <= LONGEST_TIMER_MS) this.#timers.push(setTimeout(() => this.#failWith(failure), ms));
  }

  #failWith(failure: Failure, calls: AttemptFailed['calls'] = []): void {
    this.#fail(new AttemptFailed(failure, this.#pulse.last, calls));
  }

  #hear(message: FromChild): void {
    const { log } = this.#host;
    switch (message.type) {
      case 'loaded':
        return this.#run();
      case 'heartbeat':
        return this.#pulse.beat(message.details);
      case 'log':
        return log[message.level](message.message, message.fields);
      case 'question':
        return void answer(message, this.#host).then((answered) => this.#process.send(answered));
      case 'completed':
        return this.#complete(message.report);
      case 'failed':
        return this.#failWith(this.#inOurTime(message.failure), message.calls);
    }
  }

  #run(): void {
    const { role, input, meta, secrets } = this.#attempt;
    const { invocationId } = this.#host;
    const timeoutMs = Math.max(1, Math.floor(this.#leftMs()));
    this.#process.send({ type: 'run', order: { role, input, meta, invocationId, timeoutMs, secrets } });
  }

  /** The process counts from when it was ready. */
  #inOurTime(failure: Failure): Failure {
    if (failure.type !== ATTEMPT_TIMED_OUT) return failure;
    return { ...failure, message: attemptTimedOut(this.#host.timeoutMs).message };
  }
}

function modulesOf(name: string): string[] {
  const modules = definingFiles(name).map((file) =>
    file.startsWith('file:') ? file : pathToFileURL(file).href,
  );
  if (modules.length > 0) return modules;
  throw new DoError(
    'DEFINITION_INVALID',
    `Action "${name}" is isolated, but was not defined in a file that another process could load. Move its definition into a module.`,
  );
}
