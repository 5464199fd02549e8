import type { Kind } from '../../core/kind.ts';

export interface Filters {
  name?: string;
  kind?: string;
  status?: string;
  since?: string;
}

export type View =
  | { page: 'invocations'; filters: Filters }
  | { page: 'invocation'; id: string }
  | { page: 'approvals' }
  | { page: 'catalogue' }
  | { page: 'definition'; kind: Kind; name: string; from?: string }
  | { page: 'unknown' };

const FILTERS = ['name', 'kind', 'status', 'since'] as const;

/** What the part of the address behind `#` shows. It never holds a key. */
export function viewOf(hash: string): View {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [page = '', ...rest] = path.split('/').map(decoded);
  const parameters = new URLSearchParams(query);
  if (page === '' || (page === 'invocations' && rest.length === 0))
    return { page: 'invocations', filters: filtersOf(parameters) };
  if (page === 'invocations' && rest.length === 1) return { page: 'invocation', id: rest[0]! };
  if (page === 'approvals' && rest.length === 0) return { page: 'approvals' };
  if (page === 'catalogue' && rest.length === 0) return { page: 'catalogue' };
  const [kind, name, ...more] = rest;
  if (page === 'catalogue' && isKind(kind) && name && more.length === 0) {
    const from = parameters.get('from');
    return { page: 'definition', kind, name, ...(from && { from }) };
  }
  return { page: 'unknown' };
}

export function hashOf(view: View): string {
  switch (view.page) {
    case 'invocations': {
      const parameters = new URLSearchParams({ ...view.filters });
      return `#/invocations${parameters.size > 0 ? `?${parameters.toString()}` : ''}`;
    }
    case 'invocation':
      return `#/invocations/${encodeURIComponent(view.id)}`;
    case 'definition': {
      const from = view.from ? `?from=${encodeURIComponent(view.from)}` : '';
      return `#/catalogue/${view.kind}/${encodeURIComponent(view.name)}${from}`;
    }
    default:
      return `#/${view.page}`;
  }
}

const isKind = (text: string | undefined): text is Kind => text === 'action' || text === 'workflow';

function filtersOf(parameters: URLSearchParams): Filters {
  return Object.fromEntries(
    FILTERS.flatMap((field) => {
      const value = parameters.get(field);
      return value ? [[field, value]] : [];
    }),
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
