import { fileURLToPath } from 'node:url';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import type { ActionLog } from '../core/context.ts';
import { registered } from '../core/registry.ts';
import { applyKeyRate } from '../temporal/key-rate.ts';
import { actionQueue, buildQueue } from '../temporal/queues.ts';
import { WorkerCodec } from '../temporal/worker-codec.ts';
import { activityOf } from './activity.ts';
import { bundleOf } from './bundle-code.ts';
import type { WorkerHost } from './host.ts';
import { limitsOf } from './limits.ts';
import { temporalLog } from './temporal-log.ts';

/** Beside dist/ and beside src/ the path is the same. */
const BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

/** For a build of which only some runs are left. */
const LEFTOVER: Partial<WorkerOptions> = {
  maxCachedWorkflows: 50,
  maxConcurrentWorkflowTaskPolls: 2,
  maxConcurrentActivityTaskPolls: 2,
};

export interface PoolOptions {
  host: WorkerHost;
  /** How long running attempts may go on after shutdown began. */
  graceMs: number;
  /** After which they are abandoned: Temporal gives them to another worker. */
  forceMs: number;
}

/**
 * The workers of one process: one for the attempt loop on the project's queue, which also takes first attempts that
 * this process started itself, and one per action on the action's own queue, so that nothing foreign arrives there.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #workers: { worker: Worker; ended: Promise<void> }[] = [];
  readonly #codec: WorkerCodec;
  readonly #served = new Map<string, Promise<Worker>>();
  #failed: ((error: unknown) => void) | undefined;
  #closing = false;
  /** Rejects when a worker ends by an error; never resolves. */
  readonly failure: Promise<never>;

  private constructor(options: PoolOptions) {
    this.#options = options;
    this.#codec = new WorkerCodec(options.host.temporal.cipher, (message) =>
      options.host.logFor({}).error(message),
    );
    this.failure = new Promise<never>((_, reject) => (this.#failed = reject));
    this.failure.catch(() => undefined);
  }

  static async create(options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    await pool.#run({
      taskQueue: options.host.project,
      workflowBundle: bundleOf(BUNDLE, options.host.temporal.cipher),
      // A worker killed with -9 then costs the loop a second, not ten.
      stickyQueueScheduleToStartTimeout: '1s',
    });
    return pool;
  }

  async serve(actions: Iterable<{ readonly name: string }>): Promise<void> {
    await Promise.all([...actions].map(({ name }) => this.#serveOne(name)));
  }

  /** Runs the workflows of a build, and first attempts of their steps where this process has the action. */
  async serveBuild(
    { id, codePath }: { id: string; codePath: string },
    { isCurrent = true }: { isCurrent?: boolean } = {},
  ): Promise<void> {
    const taskQueue = buildQueue(this.#options.host.project, id);
    const serving =
      this.#served.get(taskQueue) ??
      this.#run({
        taskQueue,
        workflowBundle: bundleOf(codePath, this.#options.host.temporal.cipher),
        stickyQueueScheduleToStartTimeout: '1s',
        workerDeploymentOptions: this.#deploymentOf(id),
        ...(isCurrent ? {} : LEFTOVER),
      });
    this.#served.set(taskQueue, serving);
    // What could not begin, for a file that has just been removed say, may be asked for again.
    serving.catch(() => this.#served.delete(taskQueue));
    await serving;
  }

  /** Told with every workflow task, so that Temporal's Web UI names the build; tasks are routed by the queue alone. */
  #deploymentOf(buildId: string): NonNullable<WorkerOptions['workerDeploymentOptions']> {
    // What it may not hold differs between servers; letters, digits and dashes all take.
    const deploymentName = this.#options.host.project.replace(/[^a-z0-9]+/gi, '-');
    return { version: { deploymentName, buildId }, useWorkerVersioning: false };
  }

  /** Ends what serves a build that no run is left of. */
  async retireBuild(id: string): Promise<void> {
    const taskQueue = buildQueue(this.#options.host.project, id);
    const worker = await this.#served.get(taskQueue);
    this.#served.delete(taskQueue);
    const at = this.#workers.findIndex((one) => one.worker === worker);
    const [retired] = at === -1 ? [] : this.#workers.splice(at, 1);
    if (retired?.worker.getState() === 'RUNNING') retired.worker.shutdown();
    await retired?.ended;
  }

  /** Throws `ENCRYPTION_KEY_MISSING` once a task could not be decrypted here. */
  check = (): void => this.#codec.check();

  /** An action by its name, a build by its queue. */
  serves = (name: string): boolean => !this.#closing && this.#served.has(name);

  #serveOne(name: string): Promise<Worker> {
    const serving = this.#served.get(name) ?? this.#runOne(name);
    this.#served.set(name, serving);
    return serving;
  }

  async #runOne(name: string): Promise<Worker> {
    const { temporal, project } = this.#options.host;
    const taskQueue = actionQueue(project, name);
    const flow = registered(name)?.flow;
    await applyKeyRate(temporal, taskQueue, flow?.rateLimit);
    return await this.#run({ taskQueue, maxConcurrentActivityTaskPolls: 2, ...limitsOf(flow) });
  }

  async #run(options: Pick<WorkerOptions, 'taskQueue'> & Partial<WorkerOptions>): Promise<Worker> {
    const { host, graceMs, forceMs } = this.#options;
    const { connection, namespace, identity } = host.temporal;
    const worker = await Worker.create({
      connection,
      namespace,
      identity,
      dataConverter: { payloadCodecs: [this.#codec] },
      activities: { default: activityOf(host) },
      shutdownGraceTime: graceMs,
      shutdownForceTime: forceMs,
      // The default of 0.8 x the heartbeat timeout leaves a worker that blocks for a moment no margin.
      maxHeartbeatThrottleInterval: '1s',
      ...options,
    });
    const ended = worker.run().catch((error: unknown) => this.#onEnd(error));
    this.#workers.push({ worker, ended });
    return worker;
  }

  #onEnd(error: unknown): void {
    // Attempts that outlast the force time end their worker with an error; the shutdown itself went as asked.
    if (!this.#closing) this.#failed?.(error);
  }

  async shutdown(): Promise<void> {
    this.#closing = true;
    for (const { worker } of this.#workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.all(this.#workers.map(({ ended }) => ended));
  }
}

/** Signals are the business of whoever owns the process, so Temporal's runtime must not take them. */
export function installRuntime(log: ActionLog, metricsAddress?: string): void {
  if (Runtime._instance) return;
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('TRACE', temporalLog(log)),
    // The core warns of every attempt that ends after it was given up; the audit tells that better.
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
      ...(metricsAddress && { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
  });
}
