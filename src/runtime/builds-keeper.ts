import { setTimeout as delay } from 'node:timers/promises';
import type { TemporalConnection } from '../temporal/connection.ts';
import { countOpenRuns } from '../temporal/open-runs.ts';
import { buildQueue } from '../temporal/queues.ts';
import type { WorkerPool } from '../worker/pool.ts';
import type { KeptBuild } from './builds.ts';
import { buildsDirOf, keptBuilds, markUsed, removeBuild } from './builds.ts';
import type { Project } from './project.ts';

/** At first often: visibility lags, and the process that was replaced may still begin a run or two. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;
/** A build that nothing has run on for so long is not kept. */
const KEPT_MS = 24 * 60 * 60 * 1000;

export interface BuildKeeperOptions {
  temporal: TemporalConnection;
  project: Pick<Project, 'name' | 'dataDir'>;
  pool: Pick<WorkerPool, 'serveBuild' | 'retireBuild'>;
  /** The build that new invocations of this process start on, by id. */
  current: () => string | undefined;
  /** Told once of each build. */
  onProblem: (message: string) => void;
  now?: () => number;
}

/**
 * Keeps the promise that an invocation ends on the build it began on: a worker also serves the builds before its own, as
 * long as one of their runs is open, and removes those that nobody needs any more.
 */
export class BuildKeeper {
  readonly #options: BuildKeeperOptions;
  readonly #stopping = new AbortController();
  readonly #serving = new Set<string>();
  readonly #told = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(options: BuildKeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      // Temporal is away, or the folder is, which the next round may not find so.
      await this.round().catch(() => undefined);
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  async round(): Promise<void> {
    const { project, current, now = Date.now } = this.#options;
    const builds = keptBuilds(buildsDirOf(project));
    // It may be what a process that has only the manifest starts the next invocation on.
    const [newest] = builds;
    for (const build of builds) {
      if (this.#stopping.signal.aborted) return;
      if (build.id === current()) markUsed(build.codePath, new Date(now()));
      else await this.#keep(build, build !== newest && now() - build.usedAt > KEPT_MS);
    }
  }

  /** One that cannot be served is no reason to leave the runs of the others alone. */
  async #keep(build: KeptBuild, isOutdated: boolean): Promise<void> {
    const isOpen = await this.#isOpen(build);
    try {
      await (isOpen ? this.#serve(build) : this.#retire(build, isOutdated));
      this.#told.delete(build.id);
    } catch (error) {
      if (!this.#told.has(build.id))
        this.#options.onProblem(`The build ${build.codePath} cannot be served: ${String(error)}`);
      this.#told.add(build.id);
    }
  }

  async #isOpen({ id }: KeptBuild): Promise<boolean> {
    const { temporal, project } = this.#options;
    return (await countOpenRuns(temporal, buildQueue(project.name, id))) > 0;
  }

  async #serve(build: KeptBuild): Promise<void> {
    await this.#options.pool.serveBuild(build, { isCurrent: false });
    this.#serving.add(build.id);
  }

  async #retire(build: KeptBuild, isOutdated: boolean): Promise<void> {
    if (this.#serving.delete(build.id)) await this.#options.pool.retireBuild(build.id);
    if (isOutdated) removeBuild(build);
  }
}
