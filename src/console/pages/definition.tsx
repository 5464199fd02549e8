import type { AtomicityLevel } from '../../core/level.ts';
import type { Kind } from '../../core/kind.ts';
import type { Definition } from '../api/api.ts';
import { visible } from '../model/format.ts';
import { hashOf } from '../model/route.ts';
import { useSigned } from '../ui/context.ts';
import { useLoad } from '../ui/hooks.ts';
import type { Fact } from '../ui/parts.tsx';
import { Facts, Heading, Json, Problem } from '../ui/parts.tsx';
import { InvokeForm } from './invoke-form.tsx';

interface DefinitionProps {
  kind: Kind;
  name: string;
  /** The invocation whose input the form begins with. */
  from: string | undefined;
}

export function DefinitionPage({ kind, name, from }: DefinitionProps) {
  const { api } = useSigned();
  const { value, error } = useLoad(`${kind} ${name} ${from}`, async () => ({
    definition: await api.definition(kind, name),
    before: from === undefined ? undefined : await api.get(from),
  }));
  return (
    <>
      <Heading title={name} />
      <Problem error={error} />
      {!value && error === undefined && <p aria-busy="true">Reading</p>}
      {value && (
        <>
          {value.definition.description !== null && <p>{visible(value.definition.description)}</p>}
          <Facts facts={factsOf(value.definition)} />
          <Schemas definition={value.definition} />
          <section>
            <h2>{value.before ? 'Invoke again' : 'Invoke'}</h2>
            {value.before && (
              <p>
                The input is that of{' '}
                <a href={hashOf({ page: 'invocation', id: value.before.id })}>this invocation</a>; a new one
                begins.
              </p>
            )}
            <InvokeForm definition={value.definition} before={value.before} />
          </section>
        </>
      )}
    </>
  );
}

const Schemas = ({ definition: { inputSchema, outputSchema } }: { definition: Definition }) => (
  <>
    <details>
      <summary>Schema of the input</summary>
      {inputSchema ? <Json value={inputSchema} label="Schema of the input" /> : <p>None: any JSON.</p>}
    </details>
    <details>
      <summary>Schema of the output</summary>
      {outputSchema ? <Json value={outputSchema} label="Schema of the output" /> : <p>None: any JSON.</p>}
    </details>
  </>
);

const LEVELS: Record<AtomicityLevel, string> = {
  transactional: 'its effects commit with its outcome, or not at all',
  compensated: 'what an attempt may have done is taken back before a failure is told',
  idempotent: 'its token is passed on, and the other side removes duplicates',
  none: 'nothing: a repeated or late attempt may act twice',
};

const level = (of: AtomicityLevel) => (
  <>
    <span class={`level ${of}`}>{of}</span> {LEVELS[of]}
  </>
);

function factsOf(definition: Definition): (Fact | false)[] {
  const common = [
    { name: 'Kind', value: definition.kind },
    { name: 'Version', value: visible(definition.version) },
  ];
  if (definition.kind === 'workflow') {
    const { deadline, signals, build } = definition;
    return [
      ...common,
      { name: 'Deadline', value: deadline ?? 'none' },
      { name: 'Signals', value: signals === null ? 'not known' : signals.join(', ') || 'none' },
      { name: 'Build', value: <code>{visible(build)}</code> },
    ];
  }
  const { retry, timeout, compensatedBy } = definition;
  const { maximumAttempts, initialInterval, backoffCoefficient, maximumInterval, nonRetryableErrorTypes } =
    retry;
  const types = nonRetryableErrorTypes.map(visible).join(', ');
  return [
    ...common,
    { name: 'Atomicity', value: level(definition.level) },
    { name: 'Attempts', value: `at most ${maximumAttempts}` },
    {
      name: 'Waits',
      value: `${initialInterval}, then ${backoffCoefficient} times as long, at most ${maximumInterval}`,
    },
    types !== '' && { name: 'Not retried', value: types },
    { name: 'Timeout', value: `${timeout} for one attempt` },
    compensatedBy !== null && { name: 'Taken back by', value: compensatedBy },
    ...limitsOf(definition),
  ];
}

function limitsOf({ concurrency, rateLimit }: Extract<Definition, { kind: 'action' }>): (Fact | false)[] {
  const forEach = (key: string | null): string => (key === null ? '' : ` for each ${visible(key)}`);
  return [
    concurrency !== null && {
      name: 'At a time',
      value: `at most ${concurrency.limit}${forEach(concurrency.key)}`,
    },
    rateLimit !== null && {
      name: 'Rate',
      value: `at most ${rateLimit.limit} in ${rateLimit.per}${forEach(rateLimit.key)}`,
    },
  ];
}
