import type { Entry } from './kept-mail.ts';

/** A page of more than this is slow to open; `/messages.json` has all. */
const SHOWN = 100;
const TEXT_SHOWN = 4_000;

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 50rem; padding: 0 1rem; }
  article { border-top: 1px solid #ccc; padding: 1rem 0; }
  h2 { font-size: 1.05rem; margin: 0; }
  p { color: #555; margin: .2rem 0; overflow-wrap: anywhere; }
  pre { background: #f5f5f5; padding: .7rem; white-space: pre-wrap; overflow-wrap: anywhere; }
`;

/** The newest messages for a reader. Everything in a mail is written by someone else, so all of it is escaped. */
export function renderPage(entries: Entry[]): string {
  const shown = entries.slice(0, SHOWN).map(renderEntry).join('');
  const count = entries.length > SHOWN ? `the newest ${SHOWN} of ${entries.length}` : String(entries.length);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mail (${count})</title><style>${STYLE}</style></head>
<body><h1>Mail</h1><p>Messages: ${count}. Newest first; reload for more. Also as <a href="/messages.json">JSON</a>.</p>
${shown}</body></html>
`;
}

function renderEntry({ id, receivedAt, from, to, subject, text, html }: Entry): string {
  return `<article><h2>${escape(subject || '(no subject)')}</h2>
<p>From ${escape(from || '(no sender)')} to ${escape(to.join(', '))}</p>
<p>${escape(receivedAt)} · <a href="/messages/${escape(id)}.eml">raw</a></p>
${text === null ? '' : `<pre>${escape(clip(text))}</pre>`}
${html === null ? '' : `<details><summary>HTML source</summary><pre>${escape(clip(html))}</pre></details>`}
</article>
`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char]!);

const clip = (text: string): string =>
  text.length <= TEXT_SHOWN ? text : `${text.slice(0, TEXT_SHOWN)}… (the raw message has all)`;
