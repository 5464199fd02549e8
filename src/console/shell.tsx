import { ApprovalsPage } from './pages/approvals.tsx';
import { CataloguePage } from './pages/catalogue.tsx';
import { DefinitionPage } from './pages/definition.tsx';
import { InvocationPage } from './pages/invocation.tsx';
import { InvocationsPage } from './pages/invocations.tsx';
import type { View } from './model/route.ts';
import { hashOf } from './model/route.ts';
import { useView } from './ui/hooks.ts';
import { Heading } from './ui/parts.tsx';

const PLACES = [
  { page: 'invocations', name: 'Invocations', pages: ['invocations', 'invocation'] },
  { page: 'approvals', name: 'Approvals', pages: ['approvals'] },
  { page: 'catalogue', name: 'Catalogue', pages: ['catalogue', 'definition'] },
] as const;

export function Shell({ onSignOut }: { onSignOut: () => void }) {
  const view = useView();
  return (
    <>
      <header class="top">
        <strong>action.do</strong>
        <nav aria-label="Pages">
          <ul>
            {PLACES.map(({ page, name, pages }) => {
              const isHere = (pages as readonly string[]).includes(view.page);
              const to: View = page === 'invocations' ? { page, filters: {} } : { page };
              return (
                <li key={page}>
                  <a href={hashOf(to)} {...(isHere && { 'aria-current': 'page' })}>
                    {name}
                  </a>
                </li>
              );
            })}
          </ul>
        </nav>
        <button type="button" class="secondary" onClick={onSignOut}>
          Sign out
        </button>
      </header>
      <main>
        <Page view={view} />
      </main>
    </>
  );
}

function Page({ view }: { view: View }) {
  switch (view.page) {
    case 'invocations':
      return <InvocationsPage filters={view.filters} />;
    case 'invocation':
      return <InvocationPage key={view.id} id={view.id} />;
    case 'approvals':
      return <ApprovalsPage />;
    case 'catalogue':
      return <CataloguePage />;
    case 'definition':
      return <DefinitionPage key={hashOf(view)} kind={view.kind} name={view.name} from={view.from} />;
    case 'unknown':
      return (
        <>
          <Heading title="Not found" />
          <p>The address leads nowhere. Choose a page above.</p>
        </>
      );
  }
}
