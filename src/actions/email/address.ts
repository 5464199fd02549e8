/**
 * One mailbox: `local@domain` or `Name <local@domain>`. Narrower than RFC 5322 on purpose, since every form left out has
 * been used to make two parsers disagree on where a mail goes: quoted local parts (`"a@evil"@ok.com`), comments,
 * groups, lists inside one string, source routes (`a%b@relay`, `a!b`), and anything with a control character.
 */
const ATOM = "[A-Za-z0-9#$&'*+/=?^_`{|}~-]+";
const LABEL = '[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*';
const ADDRESS = `${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*`;
const CONTROL = '\\x00-\\x1f\\x7f\\x85\\u2028\\u2029';
const NAME = `"[^"\\\\<>@${CONTROL}]*" *|[^"\\\\<>@,;:()[\\]${CONTROL}]+`;

// No flags: the pattern is part of the published JSON Schema, which has none; nor lookaheads, which its tools lack.
export const MAILBOX = new RegExp(`^(?:(${ADDRESS})|(${NAME})<(${ADDRESS})>)$`);

/** What may stand in a header: with a line break in it, the rest would be read as a header of its own. */
export const ONE_LINE = new RegExp(`^[^${CONTROL}]*$`);

/** The longest address of RFC 5321 (256) with room for a name. */
export const MAILBOX_LENGTH = 400;

export interface Mailbox {
  name: string;
  address: string;
}

/** Undefined unless `text` is exactly one mailbox. */
export function parseMailbox(text: string): Mailbox | undefined {
  const match = text.length <= MAILBOX_LENGTH ? MAILBOX.exec(text) : null;
  if (!match) return undefined;
  const [, bare, name = '', inBrackets] = match;
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address: (bare ?? inBrackets)! };
}

export const domainOf = (mailbox: Mailbox): string =>
  mailbox.address.slice(mailbox.address.lastIndexOf('@') + 1);
