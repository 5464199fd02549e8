import { useId } from 'preact/hooks';
import { KINDS } from '../../core/kind.ts';
import { STATUSES } from '../../core/query.ts';
import { visibleLine } from '../model/format.ts';
import type { Filters } from '../model/route.ts';
import { hashOf } from '../model/route.ts';
import { useSigned } from '../ui/context.ts';
import { useLoad } from '../ui/hooks.ts';

/** In the address, so that what is seen can be shown to somebody else; without an entry in the history for each change. */
const filterBy = (filters: Filters): void => location.replace(hashOf({ page: 'invocations', filters }));

export function FilterForm({ filters }: { filters: Filters }) {
  const set = (field: keyof Filters, value: string): void => {
    const { [field]: _, ...others } = filters;
    filterBy(value === '' ? others : { ...others, [field]: value });
  };
  const id = useId();
  return (
    <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        Name
        <input
          type="search"
          value={filters.name ?? ''}
          list={id}
          spellcheck={false}
          onChange={(event) => set('name', event.currentTarget.value.trim())}
        />
        <Names id={id} />
      </label>
      <Choice label="Kind" value={filters.kind} choices={KINDS} onChoice={(kind) => set('kind', kind)} />
      <Choice
        label="Status"
        value={filters.status}
        choices={STATUSES}
        onChoice={(status) => set('status', status)}
      />
      <label>
        Accepted since
        <input
          type="datetime-local"
          value={localTime(filters.since)}
          onChange={(event) => set('since', recordTime(event.currentTarget.value))}
        />
      </label>
    </form>
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  choices: readonly string[];
  onChoice: (value: string) => void;
}

const Choice = ({ label, value = '', choices, onChoice }: ChoiceProps) => (
  <label>
    {label}
    <select value={value} onChange={(event) => onChoice(event.currentTarget.value)}>
      <option value="">all</option>
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {choice.replaceAll('_', ' ')}
        </option>
      ))}
      {!choices.includes(value) && value !== '' && <option value={value}>{visibleLine(value)}</option>}
    </select>
  </label>
);

/** What there is; whoever may not look it up types it. */
function Names({ id }: { id: string }) {
  const { api } = useSigned();
  const { value = [] } = useLoad('names', () => api.catalogue());
  return (
    <datalist id={id}>
      {value.map(({ name }) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
}

const MINUTE_MS = 60_000;

/** As the control takes it: the time of this place, to the minute. */
function localTime(since: string | undefined): string {
  const at = Date.parse(since ?? '');
  if (Number.isNaN(at)) return '';
  return new Date(at - new Date(at).getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16);
}

const recordTime = (local: string): string => (local === '' ? '' : new Date(local).toISOString());
