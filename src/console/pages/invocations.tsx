import { useState } from 'preact/hooks';
import type { InvocationItem } from '../../core/query.ts';
import type { Api } from '../api/api.ts';
import { durationText, lengthMs, visibleLine } from '../model/format.ts';
import type { Filters } from '../model/route.ts';
import { hashOf } from '../model/route.ts';
import { useSigned } from '../ui/context.ts';
import { useLoad, useNow, useRepeat } from '../ui/hooks.ts';
import { Heading, Problem, Status, Time } from '../ui/parts.tsx';
import { FilterForm } from './filters.tsx';

const REFRESH_MS = 3_000;

interface Listed {
  items: InvocationItem[];
  hasMore: boolean;
}

/** All pages that are shown are read again: one alone would show what has moved between them twice, or not at all. */
async function readPages(api: Api, filters: Filters, pages: number): Promise<Listed> {
  const items = new Map<string, InvocationItem>();
  let cursor: string | undefined;
  for (let page = 0; page < pages; page++) {
    const read = await api.list(filters, cursor);
    for (const item of read.items) items.set(item.id, item);
    if (read.nextCursor === null) return { items: [...items.values()], hasMore: false };
    cursor = read.nextCursor;
  }
  return { items: [...items.values()], hasMore: true };
}

export function InvocationsPage({ filters }: { filters: Filters }) {
  const { api } = useSigned();
  const key = hashOf({ page: 'invocations', filters });
  const [shown, setShown] = useState({ key, pages: 1 });
  const pages = shown.key === key ? shown.pages : 1;
  const { value, error, reload } = useLoad(`${key} ${pages}`, () => readPages(api, filters, pages));
  const [last, setLast] = useState<{ key: string; value: Listed }>();
  if (value && last?.value !== value) setLast({ key, value });
  // While more is read, what is there stays.
  const listed = value ?? (last?.key === key ? last.value : undefined);
  useRepeat(reload, REFRESH_MS * pages);
  return (
    <>
      <Heading title="Invocations" />
      <FilterForm filters={filters} />
      <Problem error={error} />
      {listed && <Table items={listed.items} />}
      {!listed && error === undefined && <p aria-busy="true">Reading</p>}
      {listed?.hasMore && (
        <button type="button" class="secondary" onClick={() => setShown({ key, pages: pages + 1 })}>
          More
        </button>
      )}
    </>
  );
}

function Table({ items }: { items: InvocationItem[] }) {
  const now = useNow(items.some(({ status }) => status === 'running'));
  if (items.length === 0) return <p>There is nothing that these filters let through.</p>;
  return (
    <div class="wide">
      <table class="list">
        <caption>Running ones first, then by when they closed, newest first; refreshed by itself.</caption>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Name</th>
            <th scope="col">Started</th>
            <th scope="col">Took</th>
            <th scope="col">Caller</th>
            <th scope="col">Error</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Line key={item.id} item={item} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ item, now }: { item: InvocationItem; now: number }) {
  const { id, name, kind, status, startedAt, closedAt, caller, error } = item;
  return (
    <tr>
      <td>
        <Status status={status} />
      </td>
      <th scope="row">
        <a href={hashOf({ page: 'invocation', id })}>{visibleLine(name)}</a>
        {kind === 'workflow' && <small class="kind"> workflow</small>}
      </th>
      <td>
        <Time at={startedAt} />
      </td>
      <td class="number">{durationText(lengthMs(startedAt, closedAt, now))}</td>
      <td>{visibleLine(caller)}</td>
      <td>{error && <span class="cut">{visibleLine(`${error.type}: ${error.message}`)}</span>}</td>
    </tr>
  );
}
