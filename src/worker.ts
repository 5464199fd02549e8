import type { AnyAction } from './core/definition.ts';
import type { Duration } from './core/duration.ts';
import type { SecretSource } from './core/secrets.ts';
import { toMs } from './core/duration.ts';
import { processSession, useWorkerGrace } from './runtime/process-session.ts';
import { writeManifest } from './runtime/manifest.ts';
import { useSecrets } from './runtime/secrets.ts';
import type { Session } from './runtime/session.ts';
import type { WorkerPool } from './worker/pool.ts';

export type { SecretSource } from './core/secrets.ts';

/** What `createWorker` takes. */
export interface WorkerOptions {
  /** Default: every action the process has imported. */
  actions?: readonly Pick<AnyAction, 'name'>[];
  /** How long running attempts may go on after shutdown began; then their `ctx.signal` is aborted. Default: `'10s'`. */
  shutdownGraceTime?: Duration;
  /** After which an attempt is abandoned and Temporal gives it to another worker. Default: `'20s'`. */
  shutdownForceTime?: Duration;
  /** Where the secrets are that actions declare. Default: the environment, then files in `DO_SECRETS_DIR`. */
  secrets?: SecretSource;
}

/** Runs the handlers of actions. */
export interface ActionWorker {
  /** The actions served. */
  readonly actions: readonly string[];
  /**
   * Resolves after shutdown; SIGINT and SIGTERM begin it. Rejects when the worker cannot go on.
   * `beforeShutdown` is for what needs the connection while it ends, such as an API in the same process.
   */
  run(options?: { beforeShutdown?: () => Promise<void> }): Promise<void>;
  /** Takes no further attempts, lets running ones end within the grace time, and closes what was opened. */
  shutdown(): Promise<void>;
}

/**
 * Connects to Temporal and serves actions; the worker is polling when this resolves. Rejects with
 * `TEMPORAL_UNAVAILABLE` when Temporal does not answer, and in production with `TEMPORAL_NOT_CONFIGURED` without an address.
 */
export async function createWorker(options: WorkerOptions = {}): Promise<ActionWorker> {
  const { shutdownGraceTime, shutdownForceTime, secrets } = options;
  if (secrets) useSecrets(secrets);
  useWorkerGrace({
    graceMs: shutdownGraceTime === undefined ? undefined : toMs(shutdownGraceTime, 'shutdownGraceTime'),
    forceMs: shutdownForceTime === undefined ? undefined : toMs(shutdownForceTime, 'shutdownForceTime'),
  });
  const session = await processSession.acquire();
  try {
    const pool = await session.serve(options.actions);
    session.reconcile();
    await session.keepBuilds();
    await session.applySchedules();
    writeManifest(session.project.dataDir, session.entries());
    return new SessionWorker(session, pool);
  } catch (error) {
    processSession.release();
    throw error;
  }
}

class SessionWorker implements ActionWorker {
  readonly actions: readonly string[];
  readonly #pool: WorkerPool;
  #ending: Promise<void> | undefined;
  #ended: (() => void) | undefined;

  constructor(session: Session, pool: WorkerPool) {
    this.actions = session.entries().flatMap(({ name }) => (pool.serves(name) ? [name] : []));
    this.#pool = pool;
  }

  async run({ beforeShutdown }: { beforeShutdown?: () => Promise<void> } = {}): Promise<void> {
    const ended = new Promise<void>((resolve) => (this.#ended = resolve));
    const shutdown = () => void Promise.resolve(beforeShutdown?.()).finally(() => this.shutdown());
    process.once('SIGINT', shutdown).once('SIGTERM', shutdown);
    try {
      await Promise.race([this.#pool.failure, ended]);
    } finally {
      process.off('SIGINT', shutdown).off('SIGTERM', shutdown);
    }
  }

  shutdown(): Promise<void> {
    this.#ending ??= this.#end().finally(() => this.#ended?.());
    return this.#ending;
  }

  async #end(): Promise<void> {
    processSession.release();
    await processSession.closeNow();
  }
}
