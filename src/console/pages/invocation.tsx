import type { Invocation } from '../../core/invocation.ts';
import { durationText, lengthMs, visible, visibleLine, webAddress } from '../model/format.ts';
import { hashOf } from '../model/route.ts';
import { useNow } from '../ui/hooks.ts';
import { Facts, Heading, Json, Problem, Status, Text, Time } from '../ui/parts.tsx';
import { useAudit } from '../ui/use-audit.ts';
import { Acts } from './acts.tsx';
import { Approval } from './approval.tsx';
import { Timeline } from './timeline.tsx';

export function InvocationPage({ id }: { id: string }) {
  const { invocation, entries, error, reload } = useAudit(id);
  if (!invocation)
    return (
      <>
        <Heading title="Invocation" />
        <Problem error={error} />
        {error === undefined && <p aria-busy="true">Reading</p>}
      </>
    );
  return (
    <>
      <Heading title={invocation.name}>
        {visibleLine(invocation.name)} <Status status={invocation.status} />
      </Heading>
      <p class="id">
        {invocation.kind} · <code>{invocation.id}</code>
      </p>
      <Problem error={error} />
      {invocation.waitingFor !== undefined && (
        <p role="alert" class="problem">
          {visible(invocation.waitingFor)}
        </p>
      )}
      <Acts invocation={invocation} onDone={() => void reload()} />
      {invocation.approvals?.map((request) => (
        <Approval
          key={`${request.name} ${request.digest}`}
          {...{ id, request }}
          onDecided={() => void reload()}
        />
      ))}
      <Summary invocation={invocation} />
      <Outcome invocation={invocation} />
      <Timeline entries={entries} invocation={invocation} />
      <Values invocation={invocation} />
    </>
  );
}

function Summary({ invocation }: { invocation: Invocation }) {
  const { version, caller, startedAt, startsAt, closedAt, attempts, idempotencyKey, links } = invocation;
  const now = useNow(closedAt === null);
  const temporal = webAddress(links.temporal);
  const to = (id: string) => <a href={hashOf({ page: 'invocation', id })}>another invocation</a>;
  return (
    <Facts
      facts={[
        { name: 'Accepted', value: <Time at={startedAt} /> },
        startsAt !== undefined && { name: 'Due', value: <Time at={startsAt} /> },
        closedAt !== null && { name: 'Closed', value: <Time at={closedAt} /> },
        { name: 'Took', value: durationText(lengthMs(startedAt, closedAt, now)) },
        { name: 'Attempts', value: String(attempts) },
        { name: 'Caller', value: visibleLine(caller) },
        { name: 'Version', value: visibleLine(version) },
        idempotencyKey !== null && {
          name: 'Idempotency-Key',
          value: <code>{visibleLine(idempotencyKey)}</code>,
        },
        invocation.settles !== undefined && { name: 'Settles', value: to(invocation.settles) },
        invocation.settledBy !== undefined && { name: 'Settled by', value: to(invocation.settledBy) },
        temporal !== undefined && {
          name: 'Temporal',
          value: (
            <a href={temporal} target="_blank" rel="noopener noreferrer">
              Web UI
            </a>
          ),
        },
      ]}
    />
  );
}

const Outcome = ({ invocation: { error } }: { invocation: Invocation }) =>
  error && (
    <section class="problem">
      <h2>
        {visibleLine(error.code)}
        {error.type !== error.code && `: ${visibleLine(error.type)}`}
      </h2>
      <Text text={error.message} label="Message of the error" />
      <a href={`/errors/${encodeURIComponent(error.code)}`} target="_blank" rel="noopener noreferrer">
        What {visibleLine(error.code)} means and what to do
      </a>
    </section>
  );

const Values = ({ invocation: { input, output, state, status } }: { invocation: Invocation }) => (
  <div class="values">
    <section>
      <h2>Input</h2>
      <Json value={input} label="Input" />
    </section>
    {status === 'completed' && (
      <section>
        <h2>Output</h2>
        <Json value={output} label="Output" />
      </section>
    )}
    {state !== undefined && (
      <section>
        <h2>State</h2>
        <Json value={state} label="State" />
      </section>
    )}
  </div>
);
