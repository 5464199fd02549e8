import type { Invocation } from '../../core/invocation.ts';
import type { Api } from '../api/api.ts';
import { hashOf } from '../model/route.ts';
import { useSigned } from '../ui/context.ts';
import { useLoad, useRepeat } from '../ui/hooks.ts';
import { Heading, Problem } from '../ui/parts.tsx';
import { Approval } from './approval.tsx';

const REFRESH_MS = 10_000;
/** The list does not say which wait, so each workflow that runs is read. */
const MOST_READ = 100;
const AT_A_TIME = 6;

interface Inbox {
  waiting: Invocation[];
  hasMore: boolean;
}

async function readInbox(api: Api): Promise<Inbox> {
  const { items, nextCursor } = await api.list({ kind: 'workflow', status: 'running' }, undefined, MOST_READ);
  const waiting: Invocation[] = [];
  const left = items.map(({ id }) => id);
  const lane = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      const invocation = await api.get(id);
      if (invocation.approvals?.length) waiting.push(invocation);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  waiting.sort((one, other) => requestedAt(one).localeCompare(requestedAt(other)));
  return { waiting, hasMore: nextCursor !== null };
}

const requestedAt = ({ approvals = [] }: Invocation): string => approvals[0]?.requestedAt ?? '';

/** What waits for somebody's decision, the longest first. */
export function ApprovalsPage() {
  const { api } = useSigned();
  const { value, error, reload } = useLoad('approvals', () => readInbox(api));
  useRepeat(reload, REFRESH_MS);
  return (
    <>
      <Heading title="Approvals" />
      <Problem error={error} />
      {!value && error === undefined && <p aria-busy="true">Reading</p>}
      {value?.waiting.length === 0 && <p>Nothing waits for a decision.</p>}
      {value?.waiting.map((invocation) => (
        <section key={invocation.id}>
          <h2>
            <a href={hashOf({ page: 'invocation', id: invocation.id })}>{invocation.name}</a>
          </h2>
          {invocation.approvals?.map((request) => (
            <Approval
              key={`${request.name} ${request.digest}`}
              id={invocation.id}
              request={request}
              onDecided={() => void reload()}
            />
          ))}
        </section>
      ))}
      {value?.hasMore && (
        <p>
          <small>
            More than {MOST_READ} workflows run; this looks through {MOST_READ} of them. Each invocation’s own
            page shows what it waits for.
          </small>
        </p>
      )}
    </>
  );
}
