import { DoError } from '../core/errors.ts';
import type { EmbeddedLease } from '../embedded/index.ts';
import { isProduction } from './environment.ts';
import type { Project } from './project.ts';

/** The lease on the embedded servers, taken by the first who needs one of them. */
export class LazyLease {
  readonly #dataDir: string;
  readonly #onProgress: (message: string) => void;
  #lease: Promise<EmbeddedLease> | undefined;

  constructor({ dataDir }: Project, onProgress: (message: string) => void) {
    this.#dataDir = dataDir;
    this.#onProgress = onProgress;
  }

  open(): Promise<EmbeddedLease> {
    return (this.#lease ??= this.#acquire().catch((error: unknown) => {
      // The next one tries anew.
      this.#lease = undefined;
      throw error;
    }));
  }

  /** Of the embedded Postgres, which starts for it. */
  async databaseUrl(): Promise<string> {
    const lease = await this.open();
    const { url } = await lease.postgres().catch((cause: unknown) => this.#fail(cause));
    return url;
  }

  async release(): Promise<void> {
    const lease = await this.#lease?.catch(() => undefined);
    await lease?.release();
  }

  async #acquire(): Promise<EmbeddedLease> {
    if (isProduction()) throw databaseNotConfigured();
    const { acquireEmbedded } = await import('../embedded/index.ts');
    const options = { dataDir: this.#dataDir, onProgress: this.#onProgress };
    return await acquireEmbedded(options).catch((cause: unknown) => this.#fail(cause));
  }

  #fail(cause: unknown): never {
    const message = `${(cause as Error).message} (DO_DATA_DIR is ${this.#dataDir})`;
    throw new DoError('EMBEDDED_UNAVAILABLE', message, { cause });
  }
}

/** Temporal was checked before: only the database can be missing here. */
export const databaseNotConfigured = (): DoError =>
  new DoError(
    'STORE_UNAVAILABLE',
    'NODE_ENV is "production" and DATABASE_URL is not set: transactional actions, `ctx.once` and API keys need a Postgres database. Set it to postgres://user:password@host:5432/database.',
  );
