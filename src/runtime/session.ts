import { hostname } from 'node:os';
import type { CatalogueEntry } from '../core/catalogue.ts';
import type { AnyAction } from '../core/definition.ts';
import { allRegistered, registered } from '../core/registry.ts';
import { needsSeal } from '../core/safety.ts';
import type { Store } from '../store/index.ts';
import { buildQueue } from '../temporal/queues.ts';
import { TemporalBackend } from '../temporal/backend.ts';
import type { TemporalConnection } from '../temporal/connection.ts';
import { call, connect } from '../temporal/connection.ts';
import { withFields } from '../log/index.ts';
import { processLog } from '../log/process-log.ts';
import { refuseLockedRuns } from '../temporal/locked-runs.ts';
import { applySchedules, pruneSchedules } from '../temporal/schedules.ts';
import { configuredTemporal } from '../temporal/settings.ts';
import { installRuntime, WorkerPool } from '../worker/pool.ts';
import { Reconciler } from '../worker/reconciler.ts';
import { Slots } from '../worker/slots.ts';
import { ProjectCatalogue } from './catalogue.ts';
import { isProduction } from './environment.ts';
import { manifestReader } from './manifest.ts';
import { databaseNotConfigured, LazyLease } from './lazy-lease.ts';
import { LazyStore } from './lazy-store.ts';
import type { Project } from './project.ts';
import { buildWorkflows } from './build.ts';
import { BuildKeeper } from './builds-keeper.ts';
import { findProject } from './project.ts';
import { secretOf } from './secrets.ts';
import { configuredDatabase } from './store-url.ts';

const READY_LIMIT_MS = 2_000;

export interface SessionOptions {
  graceMs: number;
  forceMs: number;
  onProgress: (message: string) => void;
  /** `host:port` at which Prometheus finds the metrics of the workers. */
  metricsAddress?: string | undefined;
}

/** Everything one process holds open: the lease on the embedded server, the connection, the workers. */
export class Session {
  readonly project: Project;
  readonly temporal: TemporalConnection;
  readonly catalogue: ProjectCatalogue;
  readonly backend: TemporalBackend;
  /** Where caught mail is listed; undefined without the embedded servers, or when SMTP_URL names another server. */
  readonly inbox: string | undefined;
  readonly address: string;
  /** `DATABASE_URL`, or that of the embedded Postgres, which starts for it. */
  readonly databaseUrl: () => Promise<string>;
  readonly #options: SessionOptions;
  readonly #release: () => Promise<void>;
  readonly #store: LazyStore;
  readonly #slots: Slots;
  readonly #databaseUrl: () => Promise<string>;
  #pool: Promise<WorkerPool> | undefined;
  #reconciler: Reconciler | undefined;
  #keeper: BuildKeeper | undefined;
  #build: string | undefined;
  #serves: (name: string) => boolean = () => false;

  private constructor(project: Project, opened: OpenedTemporal, options: SessionOptions) {
    this.project = project;
    this.temporal = opened.temporal;
    this.inbox = opened.inbox;
    this.address = opened.address;
    this.#release = opened.release;
    this.databaseUrl = opened.databaseUrl;
    this.#databaseUrl = opened.databaseUrl;
    this.#store = new LazyStore(opened.databaseUrl);
    this.#slots = new Slots(this.store);
    this.#options = options;
    this.catalogue = new ProjectCatalogue(manifestReader(project.dataDir));
    this.backend = new TemporalBackend({
      temporal: opened.temporal,
      catalogue: this.catalogue,
      project: project.name,
      caller: 'local',
      isServedHere: (name) => this.#serves(name),
    });
  }

  static async open(options: SessionOptions): Promise<Session> {
    installRuntime(processLog(), options.metricsAddress);
    const project = findProject();
    return new Session(project, await openTemporal(project, options), options);
  }

  isServedHere = (name: string): boolean => this.#serves(name);
  isServing = (): boolean => this.#pool !== undefined;

  /** The database of transactional actions and of keys; opened by the first who needs it. */
  store = (): Promise<Store> => this.#store.open();

  /** Runs the attempts of these actions; by default of all that this process has imported so far. */
  async serve(actions: Iterable<Pick<AnyAction, 'name'>> = allRegistered()): Promise<WorkerPool> {
    for (const { name } of actions) this.#prepareDatabase(registered(name));
    this.#pool ??= this.#createPool();
    const pool = await this.#pool;
    await Promise.all([pool.serve(actions), this.#serveWorkflows(pool)]);
    this.#serves = (name) => pool.serves(name) || pool.serves(this.#queueOf(name));
    return pool;
  }

  async #createPool(): Promise<WorkerPool> {
    const { temporal, catalogue, store, project } = this;
    await refuseLockedRuns(temporal, project.name);
    const log = processLog();
    const logFor = (own: Record<string, unknown>) => withFields(log, own);
    const host = {
      logFor,
      secrets: secretOf,
      temporal,
      project: project.name,
      catalogue,
      store,
      slots: this.#slots,
      databaseUrl: this.#databaseUrl,
    };
    return await WorkerPool.create({ host, ...this.#options });
  }

  /** Opened now for a limit, whose first attempt would else spend its wait on that. */
  #prepareDatabase(action: AnyAction | undefined): void {
    requireDatabase(action);
    if (action?.flow?.concurrency)
      void this.store()
        .then((store) => store.query('select 1'))
        .catch(() => undefined);
  }

  #queueOf(name: string): string {
    const entry = this.catalogue.get(name);
    return entry?.kind === 'workflow' ? entry.queue : '';
  }

  /** What was imported since the last time makes another build. */
  async #serveWorkflows(pool: WorkerPool): Promise<void> {
    const build = await buildWorkflows(this.project);
    if (!build) return;
    await pool.serveBuild(build);
    this.#build = build.id;
    this.catalogue.useBuild({ ...build, queue: buildQueue(this.project.name, build.id) });
  }

  /** Has what was ended from outside settled, as long as this process serves. */
  reconcile(): void {
    this.#reconciler ??= new Reconciler({ temporal: this.temporal, project: this.project.name });
    this.#reconciler.start();
  }

  /** Has the runs of earlier builds go on here, as long as this process serves. */
  async keepBuilds(): Promise<void> {
    const pool = await this.#pool;
    if (!pool) return;
    const { temporal, project } = this;
    const { onProgress: onProblem } = this.#options;
    this.#keeper ??= new BuildKeeper({ temporal, project, pool, current: () => this.#build, onProblem });
    this.#keeper.start();
  }

  /** Has Temporal keep the time for what is served here and declares a schedule. */
  async applySchedules(): Promise<void> {
    const { catalogue, temporal } = this;
    const served = catalogue.own().filter(({ name }) => this.#serves(name));
    await applySchedules(temporal, { project: this.project.name, catalogue }, served);
  }

  /** Ends the schedules of what is no longer there; for a process that has imported the whole project. */
  async pruneSchedules(): Promise<void> {
    await pruneSchedules(this.temporal, this.project.name, this.catalogue.own());
  }

  /** Rejects with `TEMPORAL_UNAVAILABLE` when Temporal does not answer, and when its tasks cannot be decrypted here. */
  async ready(): Promise<void> {
    const pool = await this.#pool;
    pool?.check();
    const { service, namespace } = this.temporal;
    await call(this.temporal, () => service.describeNamespace({ namespace }), READY_LIMIT_MS);
  }

  entries(): CatalogueEntry[] {
    return this.catalogue.list();
  }

  /** Lets running attempts end within the grace time and takes no more. */
  async drain(): Promise<void> {
    await Promise.all([this.#reconciler?.stop(), this.#keeper?.stop()]);
    const pool = await this.#pool?.catch(() => undefined);
    await pool?.shutdown();
    await this.#slots.close();
  }

  async close(): Promise<void> {
    await this.drain();
    await this.#store.close();
    await this.temporal.close();
    await this.#release();
  }
}

/** Told at the start of a worker: in the middle of an invocation it could only be waited for. */
function requireDatabase(action: AnyAction | undefined): void {
  const needsDatabase =
    (action?.safety && needsSeal(action.safety)) || action?.flow?.concurrency !== undefined;
  if (needsDatabase && isProduction() && configuredDatabase() === undefined) throw databaseNotConfigured();
}

interface OpenedTemporal {
  temporal: TemporalConnection;
  address: string;
  inbox?: string | undefined;
  databaseUrl: () => Promise<string>;
  release: () => Promise<void>;
}

/** The configured server, else the embedded one under a lease. */
async function openTemporal(project: Project, options: SessionOptions): Promise<OpenedTemporal> {
  const identity = `${process.pid}@${hostname()}`;
  const configured = configuredTemporal();
  const embedded = new LazyLease(project, options.onProgress);
  const databaseUrl = async () => configuredDatabase() ?? (await embedded.databaseUrl());
  const release = () => embedded.release();
  if (configured) {
    const address = configured.connectionOptions.address ?? '';
    return { temporal: await connect(configured, identity), address, databaseUrl, release };
  }
  const lease = await embedded.open();
  const { address, namespace, ui } = lease.temporal;
  // Handlers in this process read SMTP_URL: without one, mail is caught where its developer can see it.
  process.env['SMTP_URL'] ??= lease.mail.smtpUrl;
  const inbox = process.env['SMTP_URL'] === lease.mail.smtpUrl ? lease.mail.inboxUrl : undefined;
  try {
    const temporal = await connect({ connectionOptions: { address }, namespace, ui }, identity);
    return { temporal, address, inbox, databaseUrl, release };
  } catch (error) {
    await release();
    throw error;
  }
}
