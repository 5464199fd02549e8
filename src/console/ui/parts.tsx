import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isDoError } from '../../core/errors.ts';
import { jsonText, visible } from '../model/format.ts';

/** What a page is about; it has the focus when the page is opened, so that a screen reader begins there. */
export function Heading({ title, children }: { title: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Console`;
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [title]);
  return (
    <h1 tabIndex={-1} ref={heading}>
      {children ?? title}
    </h1>
  );
}

const CLOCK = { hour: 'numeric', minute: '2-digit', second: '2-digit' } as const;
const DAY = { month: 'short', day: 'numeric' } as const;
const THIS_YEAR = new Intl.DateTimeFormat(undefined, { ...DAY, ...CLOCK });
const OTHER_YEAR = new Intl.DateTimeFormat(undefined, { year: 'numeric', ...DAY, ...CLOCK });

function timeText(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return visible(at);
  return (date.getFullYear() === new Date().getFullYear() ? THIS_YEAR : OTHER_YEAR).format(date);
}

/** As the clock on the wall says; the record's own time is its title. */
export const Time = ({ at }: { at: string }) => (
  <time dateTime={at} title={at}>
    {timeText(at)}
  </time>
);

const statusText = (status: string): string => status.replaceAll('_', ' ');

export const Status = ({ status }: { status: string }) => (
  <span class={`status ${status}`}>{statusText(status)}</span>
);

export const Json = ({ value, label }: { value: unknown; label: string }) => (
  <pre tabIndex={0} aria-label={label}>
    <code>{jsonText(value)}</code>
  </pre>
);

export const Text = ({ text, label }: { text: string; label: string }) => (
  <pre class="text" tabIndex={0} aria-label={label}>
    {visible(text)}
  </pre>
);

/** What went wrong with a request, and where it is said what to do. */
export function Problem({ error }: { error: unknown }) {
  if (error === undefined) return null;
  const code = isDoError(error) ? error.code : undefined;
  return (
    <div role="alert" class="problem">
      <strong>{code ?? 'Fault of this page'}</strong>
      <p>{visible(error instanceof Error ? error.message : jsonText(error))}</p>
      {code && (
        <p>
          <a href={`/errors/${code}`} target="_blank" rel="noopener noreferrer">
            What {code} means and what to do
          </a>
        </p>
      )}
    </div>
  );
}

export interface Fact {
  name: string;
  value: ComponentChildren;
}

/** Those that there are. */
export const Facts = ({ facts }: { facts: (Fact | false | undefined)[] }) => (
  <dl class="facts">
    {facts.flatMap((fact) =>
      fact
        ? [
            <div key={fact.name}>
              <dt>{fact.name}</dt>
              <dd>{fact.value}</dd>
            </div>,
          ]
        : [],
    )}
  </dl>
);
