import type { InvocationRecord, Reading } from '../audit/index.ts';
import { outcomeOf, readInvocation, sensitiveSchemas, toEntries } from '../audit/index.ts';
import type { Backend, SignalRequest, StartRequest, Started } from '../core/backend.ts';
import type { Catalogue, CatalogueEntry } from '../core/catalogue.ts';
import type { Decision } from '../core/decision.ts';
import type { Audit, Invocation } from '../core/invocation.ts';
import { DoError } from '../core/errors.ts';
import { followAudit } from '../core/follow.ts';
import { notCompleted } from '../core/outcome.ts';
import { redactAudit, redactInvocation } from '../core/redact-audit.ts';
import type { InvocationPage, InvocationQuery } from '../core/query.ts';
import { checkJson, checkSchema } from '../core/validate.ts';
import { inputHash } from './canonical.ts';
import type { TemporalConnection } from './connection.ts';
import { call } from './connection.ts';
import { sendDecision } from './decide.ts';
import { entryOf } from './entry.ts';
import { failureHandlerOf } from './failure-handler.ts';
import { markOf } from './follow.ts';
import { readRecord, waitForClose } from './history.ts';
import { executionOf, invocationIdOf } from './ids.ts';
import { keyedWorkflowId } from './keyed-id.ts';
import { listInvocations } from './list.ts';
import { fromPayloads, readPayloads } from './payloads.ts';
import { settlingIdOf, startSettling } from './settle.ts';
import { sendSignal } from './signal.ts';
import { findExecution, hadInput } from './find.ts';
import { mismatch, startInvocation } from './start.ts';
import { missingWorker } from './missing-worker.ts';

export interface ClosedOptions {
  /** True for whoever asked for it: the output is given whole, also where its schema marks a part as sensitive. */
  isOwn?: boolean;
}

export interface TemporalBackendOptions {
  temporal: TemporalConnection;
  catalogue: Catalogue;
  /** Names the queues; every process of a project uses the same. */
  project: string;
  /** Who asks, stamped on every invocation. */
  caller: string;
  /** True when this process runs attempts of that action at this moment. */
  isServedHere: (name: string) => boolean;
}

/** Invocations as Temporal workflows: Temporal's history is the only record, so nothing can disagree with it. */
export class TemporalBackend implements Backend {
  readonly #options: TemporalBackendOptions;
  readonly #reading: Reading;

  constructor(options: TemporalBackendOptions) {
    this.#options = options;
    const { ui, namespace } = options.temporal;
    this.#reading = {
      decode: fromPayloads,
      idOf: (workflowId, firstRunId) => invocationIdOf({ workflowId, firstRunId }),
      temporalLink: (workflowId, runId) =>
        ui === null
          ? null
          : `${ui}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`,
    };
  }

  /** The same invocations, asked for by somebody else. */
  as(caller: string): TemporalBackend {
    return new TemporalBackend({ ...this.#options, caller });
  }

  async start(request: StartRequest): Promise<Started> {
    const { temporal, project, caller, isServedHere } = this.#options;
    const { name, kind, idempotencyKey, deadlineMs, delayMs, priority } = request;
    const entry = entryOf(this.#options.catalogue, name, kind);
    const input = checkJson(request.input, 'input', name);
    const earlier = await this.#checkInput(entry, input, request);
    if (earlier) return earlier;
    const { execution, replayed } = await startInvocation(temporal, {
      entry,
      input,
      caller,
      idempotencyKey,
      deadlineMs,
      delayMs,
      priority,
      project,
      local: isServedHere(name),
      onFailure: failureHandlerOf(this.#options.catalogue, entry),
    });
    return { id: invocationIdOf(execution), replayed };
  }

  /**
   * An input the schema refuses may still repeat an invocation that an older schema accepted, and with a used key
   * the mismatch is the answer, so a known key is looked up before the schema's verdict is given.
   */
  async #checkInput(
    entry: CatalogueEntry,
    input: unknown,
    request: StartRequest,
  ): Promise<Started | undefined> {
    try {
      await checkSchema(entry.input, input, 'input', entry.name);
      return undefined;
    } catch (error) {
      if (request.idempotencyKey === undefined) throw error;
      const { temporal, caller } = this.#options;
      const { idempotencyKey } = request;
      const workflowId = await keyedWorkflowId(temporal, { name: entry.name, caller, idempotencyKey });
      const found = await findExecution(temporal, { workflowId });
      if (!found?.isRunning && !found?.isCompleted) throw error;
      if (!hadInput(found, inputHash(input))) throw mismatch();
      return { id: invocationIdOf(found.execution), replayed: found.isCompleted };
    }
  }

  async output(id: string, signal?: AbortSignal): Promise<unknown> {
    const execution = executionOf(id);
    const { status, output } = outcomeOf(await waitForClose(this.#options.temporal, execution, signal), {
      decode: readPayloads,
    });
    if (status === 'completed') return output;
    throw notCompleted(await this.get(id));
  }

  async run(request: StartRequest, signal?: AbortSignal): Promise<Invocation> {
    const { id } = await this.start(request);
    return await this.closed(id, signal, { isOwn: true });
  }

  /** The invocation once it has closed. */
  async closed(id: string, signal?: AbortSignal, { isOwn = false }: ClosedOptions = {}): Promise<Invocation> {
    const last = await waitForClose(this.#options.temporal, executionOf(id), signal);
    const invocation = await this.get(id);
    if (!isOwn || invocation.status !== 'completed') return invocation;
    return { ...invocation, output: outcomeOf(last, { decode: readPayloads }).output };
  }

  async get(id: string): Promise<Invocation> {
    const record = await readRecord(this.#options.temporal, executionOf(id));
    return redactInvocation(await this.#read(record), this.#options.catalogue);
  }

  list(query: InvocationQuery): Promise<InvocationPage> {
    const known = this.#options.catalogue.list().map(({ name }) => name);
    return listInvocations(this.#options.temporal, query, { reading: this.#reading, known });
  }

  async audit(id: string): Promise<Audit> {
    const record = await readRecord(this.#options.temporal, executionOf(id));
    const invocation = await this.#read(record);
    const audit = { invocation, entries: toEntries(record, this.#reading) };
    return redactAudit(audit, this.#options.catalogue, sensitiveSchemas(record, this.#reading));
  }

  follow(id: string, signal?: AbortSignal): AsyncIterable<Audit> {
    const mark = async () => await markOf(this.#options.temporal, executionOf(id));
    return followAudit({ mark, read: () => this.audit(id) }, signal);
  }

  signal(id: string, request: SignalRequest): Promise<void> {
    return sendSignal(this.#options.temporal, id, request, this.#options.caller);
  }

  decide(id: string, name: string, decision: Decision): Promise<void> {
    return sendDecision(this.#options.temporal, id, name, decision, this.#options.caller);
  }

  async compensate(id: string): Promise<Started> {
    const { temporal, project, caller: by } = this.#options;
    const record = await readRecord(temporal, executionOf(id));
    const run = { workflowId: record.workflowId, runId: lastRunIdOf(record) };
    const execution = await startSettling(temporal, run, { project, again: true, by });
    if (execution) return { id: invocationIdOf(execution), replayed: false };
    throw new DoError(
      'INVOCATION_SETTLED',
      'This invocation has left nothing to be taken back: it is running, ended in order, or began nothing.',
    );
  }

  async #read(record: InvocationRecord): Promise<Invocation> {
    const invocation = readInvocation(record, this.#reading);
    if (mayBeUnsettled(invocation) || isCalled(record, invocation))
      return { ...invocation, ...(await this.#settledBy(record, invocation.name)) };
    if (invocation.status !== 'running') return invocation;
    const waitingFor = await missingWorker(this.#options.temporal, record);
    return waitingFor === undefined ? invocation : { ...invocation, waitingFor };
  }

  async #settledBy(record: InvocationRecord, name: string): Promise<Pick<Invocation, 'settledBy'>> {
    const workflowId = settlingIdOf(name, { workflowId: record.workflowId, runId: lastRunIdOf(record) });
    const found = await findExecution(this.#options.temporal, { workflowId });
    return found ? { settledBy: invocationIdOf(found.execution) } : {};
  }

  async cancel(id: string): Promise<void> {
    const { service, namespace } = this.#options.temporal;
    const { workflowId, firstRunId } = executionOf(id);
    const { status } = await this.get(id);
    if (status !== 'running') return;
    await call(this.#options.temporal, () =>
      service.requestCancelWorkflowExecution({
        namespace,
        // On record, and so in the audit: who asked for it.
        identity: this.#options.caller,
        workflowExecution: { workflowId },
        firstExecutionRunId: firstRunId,
      }),
    );
  }
}

/** How it ended was told by no code of ours, or what it did could not be taken back. */
const mayBeUnsettled = ({ status, error }: Invocation): boolean =>
  status === 'terminated' || error?.type === 'Timeout' || error?.code === 'COMPENSATION_FAILED';

/** What has completed is taken back only where the workflow that called it does not complete. */
const isCalled = ({ runs }: InvocationRecord, { status, kind }: Invocation): boolean =>
  status === 'completed' &&
  kind === 'workflow' &&
  runs[0]?.[0]?.workflowExecutionStartedEventAttributes?.parentWorkflowExecution?.workflowId !== undefined;

const lastRunIdOf = (record: InvocationRecord): string =>
  record.runs.at(-1)?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '';
