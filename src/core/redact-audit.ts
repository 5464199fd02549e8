import type { Catalogue, CatalogueEntry } from './catalogue.ts';
import type { SensitiveSchemas } from './envelope.ts';
import type { Audit, AuditEntry, Invocation } from './invocation.ts';
import { redact, sensitiveTexts } from './redact.ts';
import { maskOf } from './secret-mask.ts';

type Lookup = Pick<Catalogue, 'get'>;
type Told = Pick<AuditEntry, 'input' | 'output'> & { error?: AuditEntry['error'] | null };

/** An invocation as it is shown: without what the schemas of its action or workflow mark as sensitive. */
export const redactInvocation = (invocation: Invocation, catalogue: Lookup): Invocation =>
  redacted(invocation, invocation.name, catalogue);

/**
 * The same of all that is on record: each entry by the schemas of what it tells of. Those of signals and decisions the
 * workflow has told itself.
 */
export function redactAudit(
  { invocation, entries }: Audit,
  catalogue: Lookup,
  told: SensitiveSchemas = {},
): Audit {
  const names = namesOfSteps(entries);
  return {
    invocation: redactInvocation(invocation, catalogue),
    entries: entries.map((entry) =>
      redacted(redactMessage(entry, told), nameOf(entry, invocation, names), catalogue, invocation.input),
    ),
  };
}

function redacted<T extends Told>(told: T, name: string, catalogue: Lookup, about: unknown = told.input): T {
  const entry = catalogue.get(name.replace(/:settle$/, ''));
  const { input, output, error } = told;
  const texts = [
    ...sensitiveTexts(about, entry?.inputSchema),
    ...sensitiveTexts(input, entry?.inputSchema),
    ...sensitiveTexts(output, entry?.outputSchema),
  ];
  return {
    ...told,
    ...(input !== undefined && { input: redactInput(input, entry, catalogue) }),
    ...(output !== undefined && { output: redact(output, entry?.outputSchema) }),
    ...(error && { error: maskOf(texts)(error) }),
  };
}

/**
 * What tells of another invocation holds its input, and what takes an attempt back both of them: a notice of a failure names
 * whose it is, and a compensation is told of by the entry of its own step.
 */
function redactInput(input: unknown, entry: CatalogueEntry | undefined, catalogue: Lookup): unknown {
  const own = redact(input, entry?.inputSchema);
  if (!isTelling(own)) return own;
  const about = typeof own.name === 'string' ? catalogue.get(own.name) : entry;
  return {
    ...own,
    input: redact(own.input, about?.inputSchema),
    ...('output' in own && { output: redact(own.output, about?.outputSchema) }),
    error: maskOf(sensitiveTexts(own.input, about?.inputSchema))(own.error),
  };
}

interface Telling {
  input: unknown;
  error: unknown;
  name?: unknown;
  output?: unknown;
}

const isTelling = (input: unknown): input is Telling =>
  typeof input === 'object' && input !== null && 'input' in input && 'error' in input;

/** Only where a step begins or ends it is named; what happens in between has its number. */
function namesOfSteps(entries: readonly AuditEntry[]): Map<number, string> {
  const begun = entries.filter(({ path, step, name }) => path !== undefined && step !== undefined && name);
  return new Map(begun.map(({ step, name }) => [step!, name!]));
}

/** The payload of a signal, or what came with a decision. */
function redactMessage(entry: AuditEntry, { signal, approval }: SensitiveSchemas): AuditEntry {
  const { type, name = '', input, output } = entry;
  if (type === 'signal.received') return { ...entry, input: redact(input, ofName(signal, name)) };
  return type === 'approval.decided' ? { ...entry, output: redact(output, ofName(approval, name)) } : entry;
}

const ofName = (schemas: SensitiveSchemas['signal'], name: string): object | undefined =>
  schemas && Object.hasOwn(schemas, name) ? schemas[name] : undefined;

/** `name` of a signal or an approval is no action's. */
function nameOf(entry: AuditEntry, invocation: Invocation, names: Map<number, string>): string {
  const { type, name, step } = entry;
  if (/^(signal|approval|state)\./.test(type)) return '';
  return name ?? (step === undefined ? invocation.name : (names.get(step) ?? ''));
}
