import type { Definition } from '../api/api.ts';
import { visible } from '../model/format.ts';
import { hashOf } from '../model/route.ts';
import { useSigned } from '../ui/context.ts';
import { useLoad } from '../ui/hooks.ts';
import { Heading, Problem } from '../ui/parts.tsx';

/** What can be invoked. */
export function CataloguePage() {
  const { api } = useSigned();
  const { value, error } = useLoad('catalogue', () => api.catalogue());
  return (
    <>
      <Heading title="Catalogue" />
      <Problem error={error} />
      {!value && error === undefined && <p aria-busy="true">Reading</p>}
      {value?.length === 0 && <p>This key may look up nothing, or no module defines an action.</p>}
      {value && value.length > 0 && <Table definitions={value} />}
    </>
  );
}

const Table = ({ definitions }: { definitions: Definition[] }) => (
  <div class="wide">
    <table class="list">
      <caption>Actions and workflows of this project</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Kind</th>
          <th scope="col">Version</th>
          <th scope="col">Level</th>
          <th scope="col">Description</th>
        </tr>
      </thead>
      <tbody>
        {definitions.map((one) => (
          <tr key={one.name}>
            <th scope="row">
              <a href={hashOf({ page: 'definition', kind: one.kind, name: one.name })}>{one.name}</a>
            </th>
            <td>{one.kind}</td>
            <td>{visible(one.version)}</td>
            <td>{one.kind === 'action' && <span class={`level ${one.level}`}>{one.level}</span>}</td>
            <td>{one.description !== null && visible(one.description)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
