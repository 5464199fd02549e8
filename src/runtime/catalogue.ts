import type { AnyAction } from '../core/definition.ts';
import type { ActionEntry, Catalogue, CatalogueEntry, WorkflowEntry } from '../core/catalogue.ts';
import { jsonSchemaOf } from '../core/json-schema.ts';
import { allRegistered, allRegisteredWorkflows, registered, registeredWorkflow } from '../core/registry.ts';
import type { AnyWorkflow } from '../core/workflow-definition.ts';

/** The build of this process's own workflows, as far as it says where one of them runs. */
export interface ProcessBuild {
  id: string;
  queue: string;
  workflows: readonly { name: string; signals: readonly string[] | null }[];
}

/** What this process has imported, and behind it what the project's manifest lists. */
export class ProjectCatalogue implements Catalogue {
  readonly #manifest: () => CatalogueEntry[];
  #build: ProcessBuild | undefined;

  constructor(manifest: () => CatalogueEntry[]) {
    this.#manifest = manifest;
  }

  /** From here on the workflows of this process start on that build. */
  useBuild(build: ProcessBuild): void {
    this.#build = build;
  }

  get(name: string): CatalogueEntry | undefined {
    return this.#own(name) ?? this.#manifest().find((entry) => entry.name === name);
  }

  #own(name: string): CatalogueEntry | undefined {
    const action = registered(name);
    if (action) return toEntry(action);
    const workflow = registeredWorkflow(name);
    return workflow && this.#build && toWorkflowEntry(workflow, this.#build);
  }

  /** What this process has imported, without what the manifest lists beside it. */
  own(): CatalogueEntry[] {
    const names = [...allRegistered(), ...allRegisteredWorkflows()].map(({ name }) => name);
    return names.flatMap((name) => this.#own(name) ?? []);
  }

  list(): CatalogueEntry[] {
    const own = this.own();
    const known = new Set(own.map(({ name }) => name));
    const others = this.#manifest().filter(({ name }) => !known.has(name));
    return [...own, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

const workflowEntries = new WeakMap<AnyWorkflow, WorkflowEntry>();

/** The same entry as long as the build is: what is made of entries is kept by their identity. */
function toWorkflowEntry(workflow: AnyWorkflow, build: ProcessBuild): WorkflowEntry | undefined {
  const known = workflowEntries.get(workflow);
  if (known?.build === build.id) return known;
  const entry = makeWorkflowEntry(workflow, build);
  if (entry) workflowEntries.set(workflow, entry);
  return entry;
}

function makeWorkflowEntry(workflow: AnyWorkflow, build: ProcessBuild): WorkflowEntry | undefined {
  const compiled = build.workflows.find(({ name }) => name === workflow.name);
  if (!compiled) return undefined;
  const { name, version, description, input, output, deadlineMs, onFailure, schedule } = workflow;
  return {
    kind: 'workflow',
    name,
    version,
    description,
    input,
    inputSchema: jsonSchemaOf(input, 'input'),
    outputSchema: jsonSchemaOf(output, 'output'),
    deadlineMs,
    build: build.id,
    queue: build.queue,
    signals: compiled.signals,
    onFailure,
    schedule,
  };
}

const entries = new WeakMap<AnyAction, ActionEntry>();

export function toEntry(action: AnyAction): ActionEntry {
  const known = entries.get(action);
  if (known) return known;
  const { name, version, description, policy, safety, input, output, level, flow } = action;
  const { onFailure, schedule } = action;
  const entry: ActionEntry = {
    kind: 'action',
    name,
    version,
    description,
    policy,
    safety,
    input,
    inputSchema: jsonSchemaOf(input, 'input'),
    outputSchema: jsonSchemaOf(output, 'output'),
    level,
    flow,
    onFailure,
    schedule,
  };
  entries.set(action, entry);
  return entry;
}
